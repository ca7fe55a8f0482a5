import { readFile } from 'node:fs/promises';

/**
 * Those of the asked names that the kernel has a symbol for, whether or not its type information knows them. The
 * table is some 10 MB of text, so it is read only when a function is missed.
 *
 * @param path the kernel's symbol table, proc(5): `ADDRESS TYPE NAME`, modules' symbols with ` \t[MODULE]` behind;
 *   addresses may be hidden, names are not
 * @returns all of them if the table cannot be read: better to watch what does not exist
 */
export async function kernelSymbols(
  wanted: ReadonlySet<string>,
  path = '/proc/kallsyms',
): Promise<ReadonlySet<string>> {
  const table = await readFile(path).catch(() => null);
  if (table === null) return wanted;
  return new Set([...wanted].filter((name) => table.includes(` ${name}\n`, 0, 'latin1')));
}
