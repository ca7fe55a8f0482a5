import type { FactSource, FieldUse } from '../../rules/facts.ts';
import { ARGUMENTS_BY_TYPE, type ArgumentSpec } from '../../schema/arguments.ts';
import { HOST_NAME_FIELDS } from '../../schema/host-names.ts';
import type { RecordPart } from '../../schema/record-parts.ts';

/** What the loaded rules need that others would pay for in vain; told by the fields they bind. */
export interface Needs {
  /** Parts of records. */
  readonly parts: ReadonlySet<RecordPart>;
  /** Events without which facts of a process would be those of its last exec. */
  readonly followed: ReadonlySet<string>;
  /** Names of hosts whose addresses are compared with those of sockets. */
  readonly hostNames: ReadonlySet<string>;
}

const BY_FIELD: Readonly<Record<string, RecordPart>> = {
  'proc.env': 'env',
  'proc.aenv': 'env',
  'evt.buffer': 'data',
};

const SESSION = ['setsid'];
const GROUP = ['setsid', 'setpgid'];
const CREDENTIALS = 'capset setuid setreuid setresuid setfsuid unshare setns'.split(' ');

/** By the beginning of the field's name. */
const FOLLOWED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^proc\.(sid|sname|is_sid_leader|tty)(\.|$)/, SESSION],
  [/^proc\.(v?pgid|is_v?pgid_leader)(\.|$)/, GROUP],
  [/^(thread\.cap_|proc\.is_exe_writable$)/, CREDENTIALS],
];

/** Arguments of events, and which part the sources of schema/arguments.ts come from. */
const ARGUMENT_FIELDS = new Set(['evt.arg', 'evt.rawarg', 'evt.args', 'evt.info']);
const BY_SOURCE: ReadonlyMap<string, RecordPart> = new Map([
  ['env', 'env'],
  ['data', 'data'],
]);

/** An argument by its name or place; null stands for all of them. */
const isMeant = ({ name }: ArgumentSpec, place: number, arg: string | null): boolean =>
  arg === null || arg === name || arg === String(place);

export function neededParts({ field, arg }: FieldUse): Set<RecordPart> {
  const found = new Set<RecordPart>();
  const part = BY_FIELD[field.name];
  if (part !== undefined) found.add(part);
  if (!ARGUMENT_FIELDS.has(field.name)) return found;
  for (const all of ARGUMENTS_BY_TYPE) {
    for (const [place, spec] of all.entries()) {
      const of = BY_SOURCE.get(spec.source);
      if (of !== undefined && isMeant(spec, place, arg)) found.add(of);
    }
  }
  return found;
}

export function followedTypes(field: string): readonly string[] {
  return FOLLOWED.find(([names]) => names.test(field))?.[1] ?? [];
}

/** The same facts, and what those that are bound of them need. */
export function notingNeeds<E>(source: FactSource<E>): FactSource<E> & { readonly needs: Needs } {
  const parts = new Set<RecordPart>();
  const followed = new Set<string>();
  const hostNames = new Set<string>();
  return {
    needs: { parts, followed, hostNames },
    bind(use) {
      for (const type of followedTypes(use.field.name)) followed.add(type);
      for (const part of neededParts(use)) parts.add(part);
      if (use.arg !== null && HOST_NAME_FIELDS.has(use.field.name)) hostNames.add(use.arg);
      return source.bind(use);
    },
  };
}
