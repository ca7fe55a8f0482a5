/**
 * The field catalogue: every name a condition or an output may use. The checker, the decoder's names,
 * `saker fields` and the reference in docs/ derive from it.
 */
import { SYSCALL_FIELDS } from './syscall-fields.ts';

/** `bytes` is a byte buffer; `dynamic` takes the type of the event's own argument (evt.rawarg). */
export type FieldType =
  | 'string'
  | 'bool'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'u32'
  | 'u64'
  | 'double'
  | 'port'
  | 'abstime'
  | 'reltime'
  | 'ip'
  | 'net'
  | 'bytes'
  | 'dynamic';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Class under which Falco lists it: evt, process, user, fd, ... */
  readonly group: string;
  readonly meaning: string;
  /** Whether `[argument]` must, may or must not follow. */
  readonly arg: 'none' | 'optional' | 'required';
  /** What the argument may be; `name` also accepts the form `evt.arg.name`. */
  readonly argKind: 'index' | 'name' | 'key' | null;
  /** Holds several values; only `in`, `intersects` and `exists` apply. */
  readonly list: boolean;
  /** Walks up the process tree; without index it is compared with every ancestor from the parent up. */
  readonly ancestor: boolean;
  /** Usable in conditions only. */
  readonly filterOnly: boolean;
  readonly noTransform: boolean;
  /** Not usable on the right side of a comparison. */
  readonly noRight: boolean;
  /** Still understood, with a warning. */
  readonly deprecated: boolean;
  /** A: used by official rules, B: common in users' rules, C: the rest. */
  readonly grade: 'A' | 'B' | 'C';
}

export interface FieldRef {
  readonly field: Field;
  /** Argument text, from brackets or from the dotted form; null when none. */
  readonly arg: string | null;
}

export interface Catalogue {
  readonly source: string;
  readonly fields: readonly Field[];
  get(name: string): Field | undefined;
  /**
   * Finds the field a written name means: exact, or `evt.arg.flags` as evt.arg with argument "flags".
   * Says nothing about whether the argument is allowed; the checker does.
   */
  resolve(name: string, arg: string | null): FieldRef | undefined;
}

export function createCatalogue(source: string, fields: readonly Field[]): Catalogue {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    source,
    fields,
    get: (name) => byName.get(name),
    resolve(name, arg) {
      const exact = byName.get(name);
      if (exact !== undefined) return { field: exact, arg };
      if (arg !== null) return undefined;
      for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
        const field = byName.get(name.slice(0, dot));
        if (field === undefined) continue;
        return field.argKind === 'name' || field.argKind === 'key'
          ? { field, arg: name.slice(dot + 1) }
          : undefined;
      }
      return undefined;
    },
  };
}

/** Fields of the `syscall` source. */
export const syscallCatalogue: Catalogue = createCatalogue('syscall', SYSCALL_FIELDS);
