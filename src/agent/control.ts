/**
 * The socket at which the running agent answers questions: HTTP, for root alone. Paths come from a table; nothing in
 * a request is stored, and its size, number and time are bounded.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Log } from './log.ts';

/** In the RuntimeDirectory of saker.service. */
export const CONTROL_SOCKET = '/run/saker/control.sock';

/** A request without a body needs no more. */
const HEADER_BYTES = 4096;
const CONNECTIONS = 8;
const REQUEST_MS = 2000;

/** Path → what GET on it answers, as JSON. */
export type Answers = Readonly<Record<string, () => unknown | Promise<unknown>>>;

export interface Control {
  close(): void;
}

/**
 * @param path a name that a socket left behind by a dead agent may have; that of a living one stays
 * @throws Error when another agent answers there, or the socket cannot be made
 */
export async function openControl(path: string, answers: Answers): Promise<Control> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (await isAnswered(path)) throw new Error(`another agent answers at ${path}`);
  rmSync(path, { force: true });
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    ({ method, url }, response) => void respond(answers, method ?? '', url ?? '', response),
  );
  server.maxConnections = CONNECTIONS;
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, path);
  server.unref();
  return {
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(path, { force: true });
    },
  };
}

/** The same where it can be had: answers are a comfort, that nobody can ask is no reason not to watch. */
export function offerControl(
  path: string,
  answers: Answers,
  log: Pick<Log, 'warning'>,
): Promise<Control | null> {
  return openControl(path, answers).catch((error: Error) => {
    log.warning(`saker status will get no answer: ${error.message}`);
    return null;
  });
}

/** The umask, not a later chmod, keeps others out from the first moment. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const umask = process.umask(0o177);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {});
      chmodSync(path, 0o600);
      resolve();
    });
    process.umask(umask);
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

async function respond(
  answers: Answers,
  method: string,
  url: string,
  response: ServerResponse,
): Promise<void> {
  const answer = Object.hasOwn(answers, url) ? answers[url] : undefined;
  let code = answer === undefined ? 404 : method !== 'GET' ? 405 : 200;
  let body = '{}';
  try {
    if (code === 200 && answer !== undefined) body = JSON.stringify(await answer());
  } catch {
    // A question must not end the agent; what failed is the kernel's counters, which are asked again next time.
    code = 500;
  }
  response.writeHead(code, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(`${body}\n`);
}
