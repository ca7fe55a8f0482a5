import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorName } from './errno.ts';

// A token or an address, not a document.
const MAX_BYTES = 64 << 10;

/**
 * The path a setting names. `credential:NAME` is a file of systemd's credentials (systemd.exec(5), LoadCredential=),
 * which only the service can read; `file:PATH` and a plain path are themselves.
 * @throws when there is no such credential
 */
export function pathOf(setting: string, env: NodeJS.ProcessEnv = process.env): string {
  if (setting.startsWith('file:')) return setting.slice('file:'.length);
  if (!setting.startsWith('credential:')) return setting;
  const name = setting.slice('credential:'.length);
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(name) || name.startsWith('.'))
    throw new Error(`"${name}" is no name of a credential`);
  const folder = env.CREDENTIALS_DIRECTORY;
  if (folder === undefined)
    throw new Error(`the service has no credentials: add LoadCredential=${name}:/path to its unit`);
  return join(folder, name);
}

/**
 * The value of a setting that may be secret: the text itself, or what stands in the file it names by `file:` or
 * `credential:`. Read each time it is needed, so that a new token needs no restart.
 * @throws with the path, never with what stands in it
 */
export async function readSecret(setting: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (!/^(file|credential):/.test(setting)) return setting;
  return (await readSmallFile(pathOf(setting, env), MAX_BYTES)).toString('utf8').trim();
}

/**
 * All of a regular file.
 * @throws an Error that names the path
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer> {
  try {
    // A FIFO must not hold a thread.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new Error('not a regular file');
      if (stat.size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
      const bytes = Buffer.alloc(stat.size);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Error(`${path}: ${errorName(error)}`);
  }
}
