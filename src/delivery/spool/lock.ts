import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { errorName } from '../errno.ts';

/**
 * Keeps a second saker out of a folder for as long as this process lives. A listening socket rather than a file with a
 * process id: the kernel lets go of it however the process ends.
 * @throws when another process has it
 */
export async function lockFolder(path: string): Promise<{ release(): void }> {
  const socket = `${path}/lock`;
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
