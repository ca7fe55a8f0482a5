/**
 * The server behind /healthz, /versions and /metrics. Paths come from a table, nothing in a request is stored, and its
 * size, number and time are bounded; each connection carries one request.
 */
import {
  createServer as createPlain,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request without a body needs no more. */
const HEADER_BYTES = 4096;
/** More than a few scrapers and probes have open at a time. */
const CONNECTIONS = 16;
/** From the connection to the end of the request, give or take how often Node looks. */
const REQUEST_MS = 5000;
const LOOK_EVERY_MS = 2500;
/** Neither a byte in nor out, as with a reader that does not read. */
const SILENT_MS = 10_000;

export interface Page {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain; version=0.0.4; charset=utf-8';
  readonly body: string;
}

/** Path → what GET on it answers. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

export interface WebOptions {
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** PEM text of certificate and key; null: no TLS. */
  readonly pem: string | null;
  readonly pages: Pages;
}

export interface Web {
  readonly port: number;
  close(): void;
}

/** @throws Error when the address cannot be listened on, or the certificate is none */
export async function openWeb({ host, port, pem, pages }: WebOptions): Promise<Web> {
  const limits: ServerOptions = {
    maxHeaderSize: HEADER_BYTES,
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  };
  const listener: RequestListener = ({ method, url }, response) =>
    void respond(pages, method ?? '', url ?? '', response);
  const server =
    pem === null
      ? createPlain(limits, listener)
      : createTls({ ...limits, cert: pem, key: pem, handshakeTimeout: REQUEST_MS }, listener);
  server.maxConnections = CONNECTIONS;
  server.timeout = SILENT_MS;
  server.on('clientError', (_error, socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve({
        port: (server.address() as AddressInfo).port,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

async function respond(pages: Pages, method: string, url: string, response: ServerResponse): Promise<void> {
  const path = url.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return send(response, method, refusal(404, 'there is no such page'));
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return send(response, method, refusal(405, 'only GET and HEAD are answered'));
  }
  try {
    send(response, method, await page());
  } catch {
    // A question must not end the agent; what failed are counters, which are asked again next time.
    send(response, method, refusal(500, 'the answer could not be made'));
  }
}

function refusal(status: number, error: string): Page {
  return { status, type: 'application/json', body: `${JSON.stringify({ error })}\n` };
}

function send(response: ServerResponse, method: string, { status, type, body }: Page): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  response.end(method === 'HEAD' ? undefined : body);
}
