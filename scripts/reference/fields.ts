import type { Field } from '../../src/schema/field.ts';
import { syscallCatalogue } from '../../src/schema/fields.ts';
import { code, page, table } from './markdown.ts';

/** Groups of the catalogue in the order of the page, with what they tell of. */
export const GROUPS: Readonly<Record<string, string>> = {
  evt: 'the event itself',
  process: 'the process and thread that caused it, its ancestors and its session',
  user: 'whose process it is',
  group: 'of which group',
  fd: 'the file or socket of the call',
  fdlist: 'the descriptors of poll',
  'fs.path': 'the paths of calls that name files',
  container: 'the container and pod it happened in',
};

export const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  bool: '`true` or `false`',
  'i16, i32, i64': 'whole number, with sign',
  'u32, u64': 'whole number, without sign',
  double: 'number',
  port: 'port; a service name stands for its number',
  abstime: 'nanoseconds since 1970-01-01 UTC',
  reltime: 'nanoseconds',
  ip: 'IPv4 or IPv6 address',
  net: 'network, `10.0.0.0/8`',
  bytes: 'buffer',
  dynamic: 'as the argument of the event is',
};

/** The name as it is written: `evt.arg[NAME]`, `proc.aname[N]` with the brackets that may be left out in parentheses. */
export function written({ name, arg, argKind }: Field): string {
  if (arg === 'none') return name;
  const inner = `[${{ index: 'N', name: 'NAME', key: 'KEY' }[argKind ?? 'key']}]`;
  return arg === 'required' ? `${name}${inner}` : `${name}(${inner})`;
}

export const typeOf = ({ list, type }: Field): string => (list ? `list of ${type}` : type);

/** What else a writer of rules has to know. */
export function notes(field: Field): string[] {
  const all: readonly (readonly [boolean | undefined, string])[] = [
    [field.own, 'not in Falco'],
    [field.ancestor, 'ancestors'],
    [field.filterOnly, 'conditions only'],
    [field.noTransform, 'no transformer'],
    [field.noRight, 'left side only'],
    [field.expensive, 'looked up late'],
    [field.deprecated, 'deprecated'],
  ];
  return all.flatMap(([holds, note]) => (holds === true ? [note] : []));
}

export const NOTES: Readonly<Record<string, string>> = {
  'not in Falco': 'a rule that uses it is for saker alone',
  ancestors: 'with an index one ancestor (0 is the process itself); without, any from the parent up',
  'conditions only': 'has no value in an output',
  'no transformer': '`tolower(…)` and the like do not take it',
  'left side only': 'not behind a comparison, as in `val(…)`',
  'looked up late':
    'read from files or asked of the container runtime, only when the rest of the condition leaves it open',
  deprecated: 'still understood, with a warning',
};

/** The fields of a group, in the order of the catalogue. */
export function fieldsOf(group: string): Field[] {
  return syscallCatalogue.fields.filter((field) => field.group === group);
}

export function fieldsReference(): string {
  const unknown = syscallCatalogue.fields.find(({ group }) => !Object.hasOwn(GROUPS, group));
  if (unknown !== undefined)
    throw new Error(`${unknown.name}: its group ${unknown.group} has no heading here`);
  const sections = Object.entries(GROUPS).map(([group, about]) => {
    const rows = fieldsOf(group).map((field) => [
      code(written(field)),
      typeOf(field),
      [field.meaning, ...notes(field).map((note) => `*${note}*`)].join('; '),
    ]);
    return `## ${group}: ${about}\n\n${table(['field', 'type', ''], rows)}`;
  });
  return page(
    'Fields',
    'fields.ts',
    'What conditions and outputs of rules may name; `saker fields` lists the same. A field without a value for an event ' +
      'makes every comparison with it false. `[N]`, `[NAME]` and `[KEY]` are arguments, those in parentheses may be left out.',
    table(
      ['type', ''],
      Object.entries(TYPES).map(([type, about]) => [type, about]),
    ),
    table(
      ['note', ''],
      Object.entries(NOTES).map(([note, about]) => [`*${note}*`, about]),
    ),
    ...sections,
  );
}
