import assert from 'node:assert/strict';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly series: readonly Series[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n\\0]|\\\\[\\\\"n])*)"';

/**
 * Reads text format 0.0.4 as strictly as its description has it: every line is known, help and type stand once and before
 * the series, the series of a metric stand together, no series comes twice.
 */
export function parseExposition(text: string): Exposition {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const series: Series[] = [];
  const seen = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const help = new RegExp(`^# HELP (${NAME}) \\S.*$`).exec(line);
    const type = new RegExp(`^# TYPE (${NAME}) (counter|gauge)$`).exec(line);
    const one = new RegExp(`^(${NAME})(?:\\{((?:${LABEL},?)*)\\})? (\\S+)$`).exec(line);
    if (help !== null) {
      assert.ok(!helps.has(help[1]!), `help twice: ${line}`);
      helps.add(help[1]!);
    } else if (type !== null) {
      assert.ok(helps.has(type[1]!) && !types.has(type[1]!), `type out of place: ${line}`);
      types.set(type[1]!, type[2]!);
      current = type[1]!;
    } else {
      assert.ok(one !== null, `no line of the format: ${JSON.stringify(line)}`);
      assert.equal(one[1], current, 'series stand below their type');
      const key = line.slice(0, line.lastIndexOf(' '));
      assert.ok(!seen.has(key), `series twice: ${key}`);
      seen.add(key);
      const labels = Object.fromEntries(
        [...(one[2] ?? '').matchAll(new RegExp(LABEL, 'g'))].map(([, name, value]) => [
          name,
          value!.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c)),
        ]),
      );
      const value = Number(one.at(-1)!.replace('Inf', 'Infinity'));
      assert.ok(!Number.isNaN(value), line);
      series.push({ name: one[1]!, labels, value });
    }
  }
  return { types, series };
}
