import type { Alert } from '../base/alert.ts';
import { type Answer, HttpClient, type HttpEndpoint, HttpTimeout } from './http-client.ts';
import { netError } from './net-error.ts';
import type { Channel, Sent } from './sink.ts';

/** A service that takes alerts over HTTP: where it is, how an alert is written for it, how it answers. */
export interface HttpService {
  readonly name: string;
  readonly endpoint: HttpEndpoint;
  encode(alert: Alert): Uint8Array;
  /** Body of one request from several records, where the service takes several. */
  readonly batch?: {
    readonly most: number;
    join(records: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array>;
  };
  /** What an answer of 2xx means, where it may still hold errors. `sent` records were in the request. */
  read?(answer: Answer, sent: number): Sent;
  /** So many requests without an answer, one after another, are no trouble yet. */
  readonly patientTimeouts?: number;
  /** Gets the server's answers, to show them. */
  readonly onAnswer?: (answer: Answer) => void;
}

const RETRY = { firstMs: 500, mostMs: 60_000, jitter: true };
// The sender looks at progress between calls; a long backlog must not look like standing still.
const TURN_MS = 500;
// What is wrong with the alert itself, so that sending it again gives the same answer. Everything else, a wrong
// token included, can be mended without the alert.
const CONTENT_REFUSED = new Set([400, 406, 413, 415, 422]);
// Who we are or where we go may have changed: the address and the token are read anew before the next attempt.
const READ_SECRETS_ANEW = new Set([401, 403, 404, 407, 410]);
const MAX_SHOWN = 200;

export function httpChannel(service: HttpService): Channel {
  return new HttpChannel(service);
}

class HttpChannel implements Channel {
  readonly name: string;
  readonly retry = RETRY;
  readonly stallMs: number;
  readonly #service: HttpService;
  readonly #client: HttpClient;
  #timeouts = 0;
  /** Records to send one by one: a batch with them was refused, and only one of them is to blame. */
  #oneByOne = 0;

  constructor(service: HttpService) {
    this.name = service.name;
    this.#service = service;
    // One request that is not answered, and as many further ones as are to be borne.
    this.stallMs = service.endpoint.timeoutMs * ((service.patientTimeouts ?? 0) + 1);
    this.#client = new HttpClient(service.endpoint);
  }

  encode(alert: Alert): Uint8Array {
    return this.#service.encode(alert);
  }

  /** Whether a server listens is seen with the first alert: there is no request that means nothing to all of them. */
  open(): null {
    return null;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    const end = performance.now() + TURN_MS;
    let done = 0;
    while (done < records.length && performance.now() < end) {
      const some = records.slice(done, done + this.#size());
      const sent = await this.#post(some);
      done += sent.done;
      if (sent.error !== null) return { ...sent, done };
    }
    return { done, error: null };
  }

  reopen(): void {
    this.#client.close();
  }

  renew(): void {
    this.#client.renew();
  }

  close(): void {
    this.#client.close();
  }

  #size(): number {
    return this.#oneByOne > 0 ? 1 : (this.#service.batch?.most ?? 1);
  }

  async #post(records: readonly Uint8Array[]): Promise<Sent> {
    let answer: Answer;
    try {
      const body = (await this.#service.batch?.join(records)) ?? records[0] ?? new Uint8Array(0);
      answer = await this.#client.send(body);
    } catch (error) {
      return this.#failed(error);
    }
    this.#timeouts = 0;
    this.#service.onAnswer?.(answer);
    const sent = this.#read(answer, records.length);
    // Of several refused together, one is to blame: find it, and lose only that one.
    if (sent.refused === true && sent.done === 0 && records.length > 1 && answer.status >= 300) {
      this.#oneByOne = records.length;
      return { done: 0, error: null };
    }
    if (this.#oneByOne > 0) this.#oneByOne -= sent.done + (sent.refused === true ? 1 : 0);
    return sent;
  }

  #read(answer: Answer, count: number): Sent {
    const { status, body, retryAfterMs } = answer;
    if (status >= 200 && status < 300)
      return this.#service.read?.(answer, count) ?? { done: count, error: null };
    const what = status >= 300 && status < 400 ? 'redirects are not followed, write the final address' : body;
    const error = `the server answers ${status}${what === '' ? '' : `: ${shown(what)}`}`;
    if (READ_SECRETS_ANEW.has(status)) this.#client.close();
    if (CONTENT_REFUSED.has(status)) return { done: 0, error, refused: true };
    return { done: 0, error, retryAfterMs };
  }

  #failed(error: unknown): Sent {
    if (!(error instanceof HttpTimeout)) return { done: 0, error: netError(error) };
    this.#timeouts++;
    return { done: 0, error: error.message, busy: this.#timeouts <= (this.#service.patientTimeouts ?? 0) };
  }
}

/** The beginning of an answer, on one line. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
