// docs/evasion.md: the matrix in words.

import { kernelSeries } from '../cache.ts';
import type { Cell, Sight } from './evasion.ts';

const SIGNS: Readonly<Record<Sight, string>> = {
  seen: 'yes',
  marked: 'marked',
  'not seen': '**no**',
  absent: '–',
};

/** Why a row is as it is, and what a rule can do about it. */
const NOTES: Readonly<Record<string, string>> = {
  'hard link':
    'A second name of the same file: rules by path see the name that was used, `fd.ino` and `fd.dev` tell the file.',
  'bind mount': 'As a hard link: the name in that mount, with the true inode.',
  'renamed, then opened': 'The name at the time of the open; the renaming is an event of its own.',
  open_by_handle_at: 'The kernel names one of the names of the file.',
  'mount namespace with the file elsewhere': 'The name inside that namespace, with the true inode.',
  'inside a chroot': 'The name inside the root, as the process sees it, with the true inode.',
  'outside of a chroot by an old descriptor':
    'The name begins with `(unreachable)`, as in getcwd(2): no path below the process’s root leads there.',
  '80 levels deep, relative name':
    'The kernel side walks 64 directories; a deeper name lacks its front and does not begin with `/`.',
  'program through /proc/self/fd':
    'Shown as execve: the kernel itself makes it one, except for names that start from a descriptor.',
  'io_uring rename by a worker': 'io_uring knows one renaming, with flags: shown as renameat2.',
  'io_uring open into a fixed slot': 'Such a file has no descriptor: `fd.num` is 0.',
};

/** @param cells by kernel, then by row */
export function matrixText(cells: ReadonlyMap<string, ReadonlyMap<string, Cell>>): string {
  const rows = [...new Set([...cells.values()].flatMap((column) => [...column.keys()]))];
  const notes: string[] = [];
  const lines = rows.map((row) => {
    const note = NOTES[row];
    const mark = note === undefined ? '' : ` [${notes.push(note)}]`;
    const signs = kernelSeries.map((kernel) => SIGNS[cells.get(kernel)?.get(row)?.sight ?? 'absent']);
    return `| ${row.replaceAll('|', '\\|')}${mark} | ${signs.join(' | ')} |`;
  });
  return `# What is seen of those who do not want to be seen

Made by \`test/vm/events\` from runs on each kernel; a test fails when it is not true any more. Every row does one thing
and knows the truth about it: \`yes\` means an alert with all facts true, \`marked\` one with a fact that is missing and
says so, **no** none, – that the kernel has no such thing. No row ever gives a false fact.

| evasion | ${kernelSeries.join(' | ')} |
| --- |${' --- |'.repeat(kernelSeries.length)}
${lines.join('\n')}

${notes.map((note, at) => `${at + 1}. ${note}`).join('\n')}
`;
}
