import { NOT_USED } from '../../src/config/later.ts';
import { FALCO_KEYS, OTHER_MEANING } from './falco-defaults.ts';
import { code, page, table } from './markdown.ts';
import { allOptions, type Option, shown } from './options.ts';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Why a key has no effect, by itself or by the section it is in. */
function noEffect(key: string): string | undefined {
  const found = Object.keys(NOT_USED).find((one) => one === key || key.startsWith(`${one}.`));
  return found === undefined ? undefined : NOT_USED[found];
}

function row(key: string, theirs: unknown, options: ReadonlyMap<string, Option>): string[] {
  const option = options.get(key);
  if (option === undefined) {
    const why = noEffect(key);
    if (why === undefined) throw new Error(`${key} of falco.yaml is neither in the schema nor in later.ts`);
    return [code(key), 'no effect', why];
  }
  const { value } = option;
  const other =
    theirs === null || same(theirs, value)
      ? []
      : [`default ${shown(value) || 'empty'}, Falco's ${shown(theirs) || 'empty'}`];
  const meaning = OTHER_MEANING[key];
  if (meaning === undefined) return [code(key), 'taken', other.join('')];
  return [code(key), 'other meaning', [meaning, ...other].join('; ')];
}

export function falcoKeysReference(): string {
  const options = new Map(allOptions().map((option) => [option.path, option]));
  const stray = Object.keys(OTHER_MEANING).find((key) => !options.has(key));
  if (stray !== undefined) throw new Error(`${stray} has another meaning, but is not in the schema`);
  const rows = Object.entries(FALCO_KEYS).map(([key, theirs]) => row(key, theirs, options));
  const count = (word: string): number => rows.filter(([, state]) => state === word).length;
  return page(
    'Keys of falco.yaml',
    'falco-keys.ts',
    `What becomes of each key of falco.yaml (0.44) in saker.yaml: ${count('taken')} are taken as they are, ${count('other meaning')} ` +
      `are taken with another meaning, ${count('no effect')} have no effect. A file with any of them loads; those without effect are named in ` +
      'the log. The keys themselves: [options](options.md). Commands and files: [migration](../migration-from-falco.md).',
    table(['key', 'in saker', ''], rows),
  );
}
