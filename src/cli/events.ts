import { COLLECTED } from '../kernel/index.ts';
import { ARGUMENTS_BY_TYPE } from '../schema/arguments.ts';
import { CATEGORY_BY_TYPE } from '../schema/categories.ts';
import { NON_SYSCALL_EVENTS, SYSCALLS } from '../schema/event-names.ts';
import { FREQUENT_TYPES } from '../schema/frequent-types.ts';
import { TYPE_NAMES } from '../schema/record.generated.ts';

/** Falco's `--list-events` and `-i`: types of events that rules may name and saker reports. */
export interface EventRow {
  readonly name: string;
  readonly category: string;
  /** Rules that leave evt.type open do not see it. */
  readonly ignored_by_default: boolean;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
}

export function eventRows(): EventRow[] {
  const types = new Map(TYPE_NAMES.map((name, type) => [name, type]));
  return [...SYSCALLS, ...NON_SYSCALL_EVENTS]
    .filter((name) => COLLECTED.has(name))
    .sort()
    .map((name) => {
      const type = types.get(name)!;
      const given = ARGUMENTS_BY_TYPE[type]!.filter(({ source }) => source !== '-');
      return {
        name,
        category: CATEGORY_BY_TYPE[type]!,
        ignored_by_default: FREQUENT_TYPES.has(name),
        arguments: given.map(({ name, kind }) => ({ name, type: kind })),
      };
    });
}

const MARK = ' (only when named)';
const argumentsOf = (row: EventRow): string =>
  row.arguments.map(({ name, type }) => `${name}: ${type}`).join(', ');

const FORMATS: Readonly<Record<string, (rows: readonly EventRow[]) => string>> = {
  text: (rows) =>
    rows
      .map((row) => `${row.name}(${argumentsOf(row)}) ${row.category}${row.ignored_by_default ? MARK : ''}\n`)
      .join(''),
  markdown: (rows) =>
    `| event | category | when | arguments |\n|---|---|---|---|\n${rows
      .map(
        (row) =>
          `| \`${row.name}\` | ${row.category} | ${row.ignored_by_default ? 'named' : ''} | ${argumentsOf(row)} |\n`,
      )
      .join('')}`,
  json: (rows) => `${JSON.stringify(rows, null, 2)}\n`,
};

/** null: there is no such format. */
export function listEvents(format: string, names: boolean): string | null {
  const rows = eventRows();
  if (names) return rows.map(({ name }) => `${name}\n`).join('');
  return Object.hasOwn(FORMATS, format) ? FORMATS[format]!(rows) : null;
}

/** A name a line: events that a rule sees only if it names them. */
export function listIgnored(): string {
  const ignored = eventRows().filter((row) => row.ignored_by_default);
  return ignored.map(({ name }) => `${name}\n`).join('');
}
