import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent, unpacked. */
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Take the request and never answer. */
  readonly silent?: boolean;
}

/** A real server on the loopback: keeps what it gets and answers as the test says. */
export async function httpServer(
  answer: (request: Received, count: number) => Reply = () => ({}),
  tls?: ServerOptions,
) {
  const received: Received[] = [];
  let sockets = 0;
  const listener: RequestListener = async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    received.push(one);
    const reply = answer(one, received.length);
    if (reply.silent === true) return;
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(reply.body ?? '');
  };
  const server: Server = tls === undefined ? createHttp(listener) : createHttps(tls, listener);
  // A test that fails must not keep its process alive.
  server.unref();
  server.on('connection', (socket) => {
    socket.unref();
    sockets++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    sockets: () => sockets,
    dropConnections: () => server.closeAllConnections(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
