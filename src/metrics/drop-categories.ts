/** Falco sorts events that its buffer had no room for into these. */
export const DROP_CATEGORIES = [
  'clone_fork',
  'execve',
  'connect',
  'open',
  'dir_file',
  'close',
  'proc',
  'other_interest',
] as const;

export type DropCategory = (typeof DROP_CATEGORIES)[number];

const TYPES: Readonly<Partial<Record<DropCategory, readonly string[]>>> = {
  clone_fork: ['clone', 'clone3', 'fork', 'vfork'],
  execve: ['execve', 'execveat'],
  connect: ['connect'],
  open: ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'],
  dir_file: [
    ...['chdir', 'fchdir', 'mkdir', 'mkdirat', 'rmdir', 'link', 'linkat', 'symlink', 'symlinkat'],
    ...['unlink', 'unlinkat', 'rename', 'renameat', 'renameat2', 'chmod', 'fchmod', 'fchmodat', 'fchmodat2'],
    ...['chown', 'lchown', 'fchown', 'fchownat'],
  ],
  close: ['close'],
  proc: ['procexit'],
};

const CATEGORY_OF: ReadonlyMap<string, DropCategory> = new Map(
  Object.entries(TYPES).flatMap(([category, types]) =>
    types.map((type): [string, DropCategory] => [type, category as DropCategory]),
  ),
);

export function dropsByCategory(
  counts: readonly { readonly type: string; readonly lost: bigint }[],
): Map<DropCategory, bigint> {
  const drops = new Map<DropCategory, bigint>();
  for (const { type, lost } of counts) {
    const category = CATEGORY_OF.get(type) ?? 'other_interest';
    drops.set(category, (drops.get(category) ?? 0n) + lost);
  }
  return drops;
}
