/** Parts of records that the kernel side adds only when a loaded rule looks at them: they cost a copy each. */
export type RecordPart =
  /** The environment of an executed program. */
  | 'env'
  /** The beginning of what a call reads or writes. */
  | 'data';
