import { DISPATCHER_PROGRAMS } from './dispatcher-forms.ts';
import { HOOKS } from './hooks.ts';

/** Event types that a BPF program reports; null: any, since it stands in for others. */
export function typesOfProgram(program: string): readonly string[] | null {
  if (DISPATCHER_PROGRAMS.includes(program)) return null;
  const types = HOOKS.filter((hook) => hook.program === program).flatMap((hook) => hook.types);
  return types.length === 0 ? null : [...new Set(types)];
}
