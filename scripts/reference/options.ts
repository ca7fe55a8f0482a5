import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { DEFAULTS, SCHEMA } from '../../src/config/index.ts';
import type { Shape } from '../../src/config/shape.ts';
import { root } from '../run.ts';
import { FALCO_KEYS } from './falco-defaults.ts';
import { code, page, table } from './markdown.ts';

const SHIPPED = 'packaging/etc/saker.yaml';

export interface Option {
  /** From the top, dotted; `[]` behind a list, `NAME` for a key of one's own choice. */
  readonly path: string;
  readonly shape: Shape;
  /** undefined: nothing unless written. */
  readonly value: unknown;
}

/** Every key that holds a value, in the order of the schema. */
export function allOptions(): Option[] {
  return optionsOf(SCHEMA, DEFAULTS, '');
}

function optionsOf(shape: Shape, value: unknown, path: string): Option[] {
  switch (shape.kind) {
    case 'section':
    case 'item': {
      const base = (value ?? shape.defaults ?? {}) as Record<string, unknown>;
      const dot = path === '' ? '' : `${path}.`;
      return Object.entries(shape.keys).flatMap(([key, below]) => optionsOf(below, base[key], dot + key));
    }
    case 'list':
      if (shape.of.kind === 'item') return optionsOf(shape.of, undefined, `${path}[]`);
      // Items that are one value or a section: the list itself, then the keys of the sections.
      if (shape.of.kind === 'either' && shape.of.keyed.kind === 'item')
        return [{ path, shape, value }, ...optionsOf(shape.of.keyed, undefined, `${path}[]`)];
      return [{ path, shape, value }];
    default:
      return [{ path, shape, value }];
  }
}

function takes(shape: Shape): string {
  switch (shape.kind) {
    case 'bool':
      return 'true, false';
    case 'int':
      return `${shape.min} to ${shape.max}`;
    case 'number':
      return `${shape.min} to ${shape.max}, with fraction`;
    case 'choice':
      return shape.values.map(code).join(' ');
    case 'list':
      return `list of ${takes(shape.of)}`;
    case 'map':
      return `section of your own keys with ${takes(shape.of)}`;
    case 'either':
      return `${takes(shape.single)}, or a section`;
    default:
      return shape.kind === 'text' && shape.secret === true ? 'text (secret)' : 'text';
  }
}

export function shown(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (typeof value === 'string') return code(value);
  return code(JSON.stringify(value).replaceAll('","', '", "'));
}

/**
 * The comments of the shipped file by the path of their key. In it most keys are commented out, each line with one
 * sign, comments of theirs with two.
 */
export function explained(text: string): Map<string, string> {
  const plain = text.replace(/^( *)#( *- |(?: {2})*[a-z_0-9]+:(?: |$)|(?: {2})+# )/gm, '$1$2');
  const found = new Map<string, string>();
  walk(parseDocument(plain).contents, '', found);
  return found;
}

function walk(node: unknown, path: string, found: Map<string, string>): void {
  if (isSeq(node)) for (const item of node.items) walk(item, `${path}[]`, found);
  if (!isMap(node)) return;
  for (const [at, { key, value }] of node.items.entries()) {
    const { commentBefore, value: name } = key as Node & { value: string };
    const below = path === '' ? name : `${path}.${name}`;
    const first = at === 0 ? node.commentBefore : undefined;
    const behind = isScalar(value) ? value.comment : undefined;
    const words = [first, commentBefore, behind].flatMap((comment) => (comment ? [sentences(comment)] : []));
    if (words.length > 0 && !found.has(below)) found.set(below, words.join(' '));
    walk(value, below, found);
  }
}

/** Without the lines that part the file; what is set in is a list, an item a line. */
function sentences(comment: string): string {
  // Of an intro and the key's own words only the latter.
  const block = comment.split(/\n\n+/).at(-1) ?? '';
  const lines = block.split('\n').filter((line) => !/^ ?-{20,}/.test(line));
  return lines
    .map((line) =>
      /^ {3}|^ [\w-]+ {2}/.test(line) ? `\n- ${line.trim().replace(/ {2,}/, ': ')}` : line.trim(),
    )
    .join(' ')
    .replaceAll(/ +/g, ' ')
    .replaceAll(' \n', '\n')
    .replace(/^\(saker\) /, '');
}

/** Text of the file as Markdown, where its stars and angles would mean something. */
function markdown(text: string): string {
  return text.replaceAll(/[*<]/g, '\\$&').replace('\n', '\n\n');
}

/** All targets take the keys that the file explains at the first one. */
function meaningOf(path: string, meanings: ReadonlyMap<string, string>): string {
  const found =
    meanings.get(path) ?? meanings.get(path.replace(/^targets\[\]\.\w+/, 'targets[].slack')) ?? '';
  return found.replace(/^\n- /, '').replaceAll('\n- ', '; ');
}

export function optionsReference(): string {
  const meanings = explained(readFileSync(join(root, SHIPPED), 'utf8'));
  const options = allOptions();
  const sections = Object.keys(SCHEMA.keys).map((key) => {
    const rows = options
      .filter(({ path }) => path.split(/[.[]/, 1)[0] === key)
      .map(({ path, shape, value }) => [
        code(path),
        takes(shape),
        shown(value),
        path === key ? '' : meaningOf(path, meanings),
        isFalcos(path) ? '' : 'saker',
      ]);
    const about = meanings.get(key);
    return [
      `## ${key}`,
      ...(about === undefined || about === '' ? [] : [markdown(about)]),
      table(['key', 'takes', 'default', '', ''], rows),
    ].join('\n\n');
  });
  return page(
    'Options',
    'options.ts',
    'The keys of saker.yaml, from the schema that the agent reads it by, with the words of the file that the package ships. ' +
      '`saker run --config-schema` prints the same as JSON schema; `-o section.key=value` sets one for a run. A default is ' +
      'what counts where nothing is written; the shipped file switches journal, syslog and file on. *saker* in the last ' +
      'column: falco.yaml has no such key. `[]` stands for the items of a list.',
    ...sections,
  );
}

function isFalcos(path: string): boolean {
  const bare = path.replaceAll('[]', '');
  return Object.keys(FALCO_KEYS).some(
    (key) => key === bare || key.startsWith(`${bare}.`) || bare.startsWith(`${key}.`),
  );
}
