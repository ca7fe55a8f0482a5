/** The JSON alerts file and what logrotate made of it: FILE, FILE.1, FILE.2.gz, FILE-20260131.gz. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { LineSplitter } from './lines.ts';

/** A file that grows is looked at this often. */
const LOOK_MS = 300;

/** The file itself last, before it the rotated ones, oldest first; those whose end lies before `sinceMs` are left out. */
export async function rotatedFiles(path: string, sinceMs: number): Promise<string[]> {
  const name = basename(path);
  const names = await readdir(dirname(path));
  const rotated = names.filter(
    (one) => one.startsWith(name) && /^[.-][\d-]+(\.gz)?$/.test(one.slice(name.length)),
  );
  const found = await Promise.all(
    [...rotated, ...names.filter((one) => one === name)].map(async (one) => {
      const facts = await stat(join(dirname(path), one)).catch(() => null);
      return facts?.isFile() ? [{ path: join(dirname(path), one), changedMs: facts.mtimeMs }] : [];
    }),
  );
  return found
    .flat()
    .filter(({ changedMs }) => changedMs >= sinceMs)
    .sort((a, b) => Number(a.path === path) - Number(b.path === path) || a.changedMs - b.changedMs)
    .map((file) => file.path);
}

/**
 * The lines of a file, unpacked. @returns where it ended, for `follow`
 * @throws when it cannot be read
 */
export async function* fileLines(path: string): AsyncGenerator<string[], number> {
  const splitter = new LineSplitter();
  let bytes = 0;
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const source = file.createReadStream();
  const gunzip = path.endsWith('.gz') ? createGunzip() : null;
  if (gunzip !== null) source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  for await (const chunk of gunzip ?? source) {
    bytes += chunk.length;
    yield splitter.push(chunk);
  }
  // The last line may still be without its end.
  const rest = splitter.push(Buffer.from('\n'));
  yield rest;
  return bytes - (rest[0] === undefined ? 0 : Buffer.byteLength(rest[0]));
}

/** Lines that are appended from `offset` on, for ever; also when another file gets the name, from its beginning. */
export async function* followFile(path: string, offset: number): AsyncGenerator<string[]> {
  let at = offset;
  let inode: number | null = null;
  let splitter = new LineSplitter();
  for (;;) {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
    if (file !== null) {
      try {
        const facts = await file.stat();
        if ((inode !== null && facts.ino !== inode) || facts.size < at)
          [at, splitter] = [0, new LineSplitter()];
        inode = facts.ino;
        const bytes = Buffer.alloc(Math.min(Math.max(0, facts.size - at), 1 << 20));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
        at += bytesRead;
        yield splitter.push(bytes.subarray(0, bytesRead));
        if (at < facts.size) continue;
      } finally {
        await file.close();
      }
    }
    await sleep(LOOK_MS);
  }
}
