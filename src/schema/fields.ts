/**
 * The field catalogue: every name a condition or an output may use. The checker, the decoder's names,
 * `saker fields` and the reference in docs/ derive from it.
 */
import type { Field } from './field.ts';
import { OWN_FIELDS } from './own-fields.ts';
import { SYSCALL_FIELDS } from './syscall-fields.ts';

export type { Field, FieldType } from './field.ts';

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

/** Fields of the `syscall` source: Falco's, then those that only saker has. */
export const syscallCatalogue: Catalogue = createCatalogue('syscall', [...SYSCALL_FIELDS, ...OWN_FIELDS]);
