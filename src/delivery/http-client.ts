import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { secretsIn, withoutSecrets } from './hide.ts';
import { readSecret } from './secret.ts';
import { type TlsFiles, tlsContext } from './tls.ts';

export interface HttpEndpoint {
  /** Address, or where it stands (`file:`, `credential:`): with many services it is the token. */
  readonly url: string;
  /** Put behind the address, with its query. */
  readonly path?: string;
  readonly method?: 'POST' | 'PUT';
  /** Values may be secrets as well, or made of them when a connection is opened. */
  readonly headers: Readonly<Record<string, string | (() => Promise<string>)>>;
  /** What of the body is secret: as the address, itself or where it stands. */
  readonly secrets?: readonly string[];
  /** Body as gzip, with Content-Encoding. */
  readonly compress: boolean;
  /** Use one connection for many requests. */
  readonly keepAlive: boolean;
  /** From the first byte sent to the last received. */
  readonly timeoutMs: number;
  readonly tls: TlsFiles;
}

export interface Answer {
  readonly status: number;
  /** Without what of the request was secret. */
  readonly body: string;
  /** What the server asks for by Retry-After, ms; 0 when it does not. */
  readonly retryAfterMs: number;
}

/** No whole answer came in time. */
export class HttpTimeout extends Error {}

/** A server that answers more than this is not the one meant. */
const MAX_ANSWER_BYTES = 1 << 20;
/** Longer waits than this are the server's mistake, or an attempt to silence us. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

const compressed = promisify(gzip);

/** What a request needs, read from files once for a connection. */
interface Session {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent | HttpsAgent;
  readonly secrets: readonly string[];
}

/** One server, one connection at a time. Redirects are not followed: they would carry alerts to where nobody decided. */
export class HttpClient {
  readonly #endpoint: HttpEndpoint;
  #session: Promise<Session> | null = null;
  #isStale = false;

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws HttpTimeout, or an error for netError() */
  async send(body: Uint8Array): Promise<Answer> {
    const { compress, timeoutMs } = this.#endpoint;
    const bytes = compress ? await compressed(body) : body;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await this.#exchange(bytes, signal);
    } catch (error) {
      this.close();
      if (signal.aborted) throw new HttpTimeout(`no answer within ${timeoutMs} ms`);
      throw error;
    }
  }

  /** The next request opens a new connection, with files and secrets read anew. */
  close(): void {
    const session = this.#session;
    this.#session = null;
    this.#isStale = false;
    session?.then(
      ({ agent }) => agent.destroy(),
      () => {},
    );
  }

  /** As close(), but what is on its way is left to arrive. */
  renew(): void {
    this.#isStale = true;
  }

  async #exchange(body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    if (this.#isStale) this.close();
    this.#session ??= this.#open();
    const session = await this.#session;
    const first = this.#start(session, body, signal);
    try {
      return shownAnswer(await answerTo(first), session);
    } catch (error) {
      // A server may close an idle connection just as we use it again; that says nothing about the server.
      if (!first.reusedSocket || signal.aborted) throw error;
      return shownAnswer(await answerTo(this.#start(session, body, signal)), session);
    }
  }

  async #open(): Promise<Session> {
    const { url, path = '', headers, keepAlive, tls, secrets = [] } = this.#endpoint;
    const base = await readSecret(url);
    const address = parseUrl(join(base, path));
    const values = await Promise.all(
      Object.entries(headers).map(
        async ([name, value]) =>
          [name, typeof value === 'string' ? await readSecret(value) : await value()] as const,
      ),
    );
    // proxyEnv: http_proxy, https_proxy and no_proxy count, as with curl.
    const common = { keepAlive, maxSockets: 1, proxyEnv: process.env };
    const agent =
      address.protocol === 'https:'
        ? new HttpsAgent({ ...common, ...(await tlsContext(tls)) })
        : new HttpAgent(common);
    const sent = Object.fromEntries(values);
    const more = await Promise.all(secrets.map((secret) => readSecret(secret)));
    return { url: address, headers: sent, agent, secrets: secretsIn(new URL(base), sent, more) };
  }

  #start({ url, headers, agent }: Session, body: Uint8Array, signal: AbortSignal): ClientRequest {
    const { method = 'POST', compress } = this.#endpoint;
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const made = request(url, {
      agent,
      method,
      signal,
      headers: {
        ...headers,
        ...(compress ? { 'Content-Encoding': 'gzip' } : {}),
        'Content-Length': body.length,
      },
    });
    made.end(body);
    return made;
  }
}

function shownAnswer(answer: Answer, { secrets }: Session): Answer {
  return { ...answer, body: withoutSecrets(answer.body, secrets) };
}

function join(address: string, path: string): string {
  return path === '' ? address : `${address.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

function parseUrl(text: string): URL {
  // The parser's own message is not used: it may quote the address.
  if (!URL.canParse(text)) throw new Error('the address is not a URL');
  const url = new URL(text);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new Error(`the address begins with ${url.protocol} and not with http: or https:`);
}

function answerTo(request: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('error', reject);
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_ANSWER_BYTES) request.destroy(new Error('the server answers without end'));
        else parts.push(part);
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString('utf8'),
          retryAfterMs: retryAfter(response),
        }),
      );
    });
  });
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter({ headers }: IncomingMessage): number {
  const text = headers['retry-after'] ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Math.min(Math.max(ms || 0, 0), MAX_RETRY_AFTER_MS);
}
