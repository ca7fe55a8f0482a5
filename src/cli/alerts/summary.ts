import { printable } from '../../base/printable.ts';
import type { StoredAlert } from './record.ts';

/** Rules beyond this are counted together: names come from files that anybody may have made. */
const MAX_RULES = 10_000;
const OTHERS = '(other rules)';

interface Row {
  readonly rule: string;
  readonly priority: string;
  count: number;
  lastMs: number;
}

/** How many alerts of each rule, and when the last one was. */
export class Summary {
  readonly #rows = new Map<string, Row>();

  add({ rule, priority, timeMs }: StoredAlert): void {
    const name = this.#rows.size < MAX_RULES || this.#rows.has(rule) ? rule : OTHERS;
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { rule: name, priority, count: 0, lastMs: 0 };
      this.#rows.set(name, row);
    }
    row.count++;
    if (timeMs > row.lastMs) row.lastMs = timeMs;
  }

  json(): string {
    const rules = this.#sorted().map(({ rule, priority, count, lastMs }) => ({
      rule,
      priority,
      count,
      last: timeOf(lastMs),
    }));
    return JSON.stringify({ total: rules.reduce((all, { count }) => all + count, 0), rules });
  }

  text(): string {
    const rows = this.#sorted();
    const total = rows.reduce((all, { count }) => all + count, 0);
    const lines = rows.map(
      ({ rule, priority, count, lastMs }) =>
        `${String(count).padStart(9)}  ${printable(priority).padEnd(13)}  ${timeOf(lastMs) ?? '-'}  ${printable(rule)}`,
    );
    return `${[`${'ALERTS'.padStart(9)}  ${'PRIORITY'.padEnd(13)}  ${'LAST'.padEnd(24)}  RULE`, ...lines, `${String(total).padStart(9)}  in all`].join('\n')}\n`;
  }

  #sorted(): Row[] {
    return [...this.#rows.values()].sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
  }
}

function timeOf(ms: number): string | null {
  return ms > 0 ? new Date(ms).toISOString() : null;
}
