import type { ClientRequest, IncomingMessage } from 'node:http';

/** HTTP/1.1 on a unix socket: docker and podman. The peer may be anybody: time and sizes are bounded. */

export interface HttpLimits {
  /** From the request to the end of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Of one line of a stream. */
  readonly maxLineBytes: number;
}

/** An inspection is some 10 kB; a list of 1,000 containers some 2 MB. */
export const HTTP_LIMITS: HttpLimits = {
  timeoutMs: 3000,
  maxBytes: 8 * 1024 * 1024,
  maxLineBytes: 256 * 1024,
};

/** The JSON of an answer; null for 404. */
export async function getJson(socketPath: string, path: string, limits = HTTP_LIMITS): Promise<unknown> {
  const { request, response } = open(socketPath, path);
  const timer = setTimeout(
    () => request.destroy(new Error(`no answer in ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  try {
    const answer = await response;
    if (answer.statusCode === 404) return null;
    if (answer.statusCode !== 200) throw new Error(`HTTP status ${answer.statusCode}`);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer) {
      length += chunk.length;
      if (length > limits.maxBytes) throw new Error(`an answer above ${limits.maxBytes} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}

/** Lines of JSON until the peer ends them or `signal` aborts; `onOpen` when the peer has begun to answer. */
export async function streamJson(
  socketPath: string,
  path: string,
  on: { readonly open: () => void; readonly value: (value: unknown) => void },
  signal: AbortSignal,
  limits = HTTP_LIMITS,
): Promise<void> {
  const { request, response } = open(socketPath, path);
  const stop = (): void => void request.destroy(new Error('stopped'));
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(
    () => request.destroy(new Error(`no answer in ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  try {
    const answer = await response;
    clearTimeout(timer);
    if (answer.statusCode !== 200) throw new Error(`HTTP status ${answer.statusCode}`);
    answer.socket.unref();
    on.open();
    let rest = '';
    answer.setEncoding('utf8');
    for await (const chunk of answer) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      if (rest.length > limits.maxLineBytes) throw new Error(`a line above ${limits.maxLineBytes} bytes`);
      for (const line of lines) if (line.trim() !== '') on.value(JSON.parse(line));
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    request.destroy();
  }
}

function open(
  socketPath: string,
  path: string,
): { request: ClientRequest; response: Promise<IncomingMessage> } {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // `Host` must be there for HTTP/1.1 and is not looked at.
  const request = http().get({ socketPath, path, agent: false, headers: { host: 'localhost' } }, resolve);
  request.on('error', reject);
  return { request, response: promise };
}

/** Loaded late, like HTTP/2: a host without docker and podman does not need it. */
function http(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}
