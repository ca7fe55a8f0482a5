import { unlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { errorName } from '../errno.ts';

/**
 * Keeps a second saker out of a folder for as long as this process lives. A listening socket rather than a file with a
 * process id: the kernel lets go of it however the process ends.
 * @throws when another process has it
 */
export async function lockFolder(path: string): Promise<{ release(): void }> {
  const socket = `${path}/lock`;
  await tryFolder(path);
  const server = await listen(socket).catch(async (error) => {
    if (errorName(error) !== 'EADDRINUSE') throw error;
    if (await answers(socket)) throw new Error('another saker uses it');
    // Left behind by a process that was killed.
    await unlink(socket);
    return listen(socket);
  });
  server.unref();
  return { release: () => void server.close() };
}

/**
 * Node binds a socket on the main thread, and bind(2) makes a file: a disk that hangs is to hang this first, which holds
 * up a thread of the pool only.
 */
async function tryFolder(path: string): Promise<void> {
  const file = `${path}/lock.try`;
  await writeFile(file, '', { mode: 0o600 });
  await unlink(file);
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => client.destroy());
    server.on('error', reject);
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path);
    client.on('error', () => resolve(false));
    client.on('connect', () => {
      client.destroy();
      resolve(true);
    });
  });
}
