import { COLLECTED } from '../../src/kernel/hooks.ts';
import { ARGUMENTS_BY_TYPE, type ArgumentSpec } from '../../src/schema/arguments.ts';
import { CALL_ROWS } from '../../src/schema/calls.generated.ts';
import { CATEGORY_BY_TYPE } from '../../src/schema/categories.ts';
import { NON_SYSCALL_EVENTS, SYSCALLS } from '../../src/schema/event-names.ts';
import { FREQUENT_TYPES, MOMENT_TYPES } from '../../src/schema/frequent-types.ts';
import { TYPE_NAMES } from '../../src/schema/record.generated.ts';
import { code, page, table } from './markdown.ts';

const KINDS: Readonly<Record<string, string>> = {
  errno: 'result: 0 or a count, else the name of the error',
  fd: 'descriptor, with the file or socket it stands for where that is known',
  pid: 'process or thread',
  'uid, gid': 'user, group',
  'int, uint, wide': 'number',
  'hex, widehex, octal': 'number in that form',
  'mode, flags, openflags, fdflags': 'names of the bits that are set',
  text: 'text or buffer',
  path: 'path as the caller gave it',
  time: 'nanoseconds since 1970-01-01 UTC',
  sockaddr: 'address',
  tuple: 'both ends of a connection',
  syscall: 'name of the call',
};

/** `name:kind`; those that no record carries only keep their place. */
function argument({ name, kind, source }: ArgumentSpec): string {
  return source === '-' ? `${name}: –` : `${name}: ${kind}`;
}

const byType = new Map(TYPE_NAMES.map((name, type) => [name, type]));
const numbers = new Map(
  CALL_ROWS.filter(([, , , , compat]) => !compat).map(([type, , number]) => [type, number]),
);

interface Row {
  readonly name: string;
  readonly category: string;
  readonly spec: readonly ArgumentSpec[];
}

/** Every type that a hook reports and a rule may name. */
function collected(): Row[] {
  const named = new Set([...SYSCALLS, ...NON_SYSCALL_EVENTS]);
  return [...COLLECTED]
    .filter((name) => named.has(name))
    .map((name) => {
      const type = byType.get(name);
      if (type === undefined) throw new Error(`${name} is collected, but no record has its type`);
      return { name, category: CATEGORY_BY_TYPE[type]!, spec: ARGUMENTS_BY_TYPE[type]! };
    });
}

function section(category: string, rows: readonly Row[]): string {
  const lines = [...rows]
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
    .map(({ name, spec }) => [
      code(name),
      String(numbers.get(name) ?? ''),
      MOMENT_TYPES.has(name) ? 'only when named' : FREQUENT_TYPES.has(name) ? 'when named' : '',
      spec.map(argument).join(', '),
    ]);
  return `## ${category}\n\n${table(['evt.type', 'x86-64', '', 'arguments'], lines)}`;
}

export function eventsReference(): string {
  const rows = collected();
  const categories = [...new Set(rows.map(({ category }) => category))].sort();
  const silent = [...SYSCALLS, ...NON_SYSCALL_EVENTS].filter((name) => !COLLECTED.has(name));
  return page(
    'Events',
    'events.ts',
    `The ${rows.length} types that saker reports, by \`evt.category\`, each with what \`evt.arg.NAME\` and \`evt.args\` tell of it, in ` +
      'this order. Only what the loaded rules name is watched. *When named*: a rule that leaves `evt.type` open does not ' +
      'see it unless `base_syscalls.all` is set; *only when named*: nor then. The number is that of the system call on x86-64, where its hook comes from ' +
      'the table of calls; 32-bit calls that do the same have the same type. `–` behind an argument: it keeps its place ' +
      'and has no value.',
    table(
      ['kind', ''],
      Object.entries(KINDS).map(([kind, about]) => [kind, about]),
    ),
    ...categories.map((category) =>
      section(
        category,
        rows.filter((row) => row.category === category),
      ),
    ),
    '## Known, but never reported',
    'Names that rules may use because Falco knows them; a rule that names no other type is silent, and the log says so. ' +
      'Most are calls of other processors, calls that Linux no longer has, or names of the 32-bit table, whose calls have the ' +
      'type of the 64-bit call that does the same.',
    silent.map(code).join(' '),
  );
}
