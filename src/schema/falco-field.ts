import type { Field, FieldType } from './field.ts';

/** `expensive`: read from /proc when asked for, or told by a container's runtime, perhaps not in time. */
type Flag = 'ancestor' | 'list' | 'filterOnly' | 'noRight' | 'noTransform' | 'deprecated' | 'expensive';

/** One field of Falco's. `arg` is "kind?" for an optional argument, "kind!" for a required one, '' for none. */
export function f(
  grade: Field['grade'],
  group: string,
  name: string,
  type: FieldType,
  meaning: string,
  arg: '' | `${'index' | 'name' | 'key'}${'?' | '!'}` = '',
  ...flags: readonly Flag[]
): Field {
  return {
    name,
    type,
    group,
    meaning,
    arg: arg === '' ? 'none' : arg.endsWith('!') ? 'required' : 'optional',
    argKind: arg === '' ? null : (arg.slice(0, -1) as 'index' | 'name' | 'key'),
    list: flags.includes('list'),
    ancestor: flags.includes('ancestor'),
    filterOnly: flags.includes('filterOnly'),
    noTransform: flags.includes('noTransform'),
    noRight: flags.includes('noRight'),
    deprecated: flags.includes('deprecated'),
    grade,
    ...(flags.includes('expensive') ? { expensive: true } : {}),
  };
}
