/** Opens as the kernel side tells them apart before it makes a record (enum saker_open_kind). */
export type OpenKind =
  /** Succeeded, without access for writing; also O_PATH, which gives none for reading either. */
  | 'read'
  /** Succeeded, with access for writing. */
  | 'write'
  | 'failed';

export const OPEN_KINDS: ReadonlySet<OpenKind> = new Set(['read', 'write', 'failed']);
