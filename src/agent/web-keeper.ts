import { readFileSync } from 'node:fs';
import { type Config, listenHost } from '../config/index.ts';
import type { Log } from './log.ts';
import { openWeb, type Page, type Pages, type Web } from './web.ts';

type WebConfig = Config['webserver'];

/** An address that is taken may be free later, a certificate be there after its renewal. */
const AGAIN_MS = 10_000;

/** What the pages show. */
export interface WebContent {
  health(): Page;
  versions(): Page;
  metrics(): Promise<Page>;
}

/** Keeps the web server as it is configured; a trouble is said once, and ends without a restart. */
export class WebKeeper {
  readonly #content: WebContent;
  readonly #log: Pick<Log, 'notice' | 'error'>;
  #web: Web | null = null;
  #timer: NodeJS.Timeout | undefined;
  #said = '';
  /** Counts calls of `apply`: what an earlier one began is out of date. */
  #turn = 0;

  constructor(content: WebContent, log: Pick<Log, 'notice' | 'error'>) {
    this.#content = content;
    this.#log = log;
  }

  /** The port it listens on; null while it does not. */
  get port(): number | null {
    return this.#web?.port ?? null;
  }

  /** Replaces the server by one with these settings, and a certificate read anew. Never rejects. */
  async apply(config: WebConfig): Promise<void> {
    this.stop();
    if (config.enabled) await this.#open(config, ++this.#turn);
  }

  stop(): void {
    this.#turn++;
    clearTimeout(this.#timer);
    this.#web?.close();
    this.#web = null;
  }

  async #open(config: WebConfig, turn: number): Promise<void> {
    const { listen_port: port, ssl_enabled, ssl_certificate } = config;
    const host = listenHost(config);
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    try {
      const pem = ssl_enabled ? readFileSync(ssl_certificate, 'utf8') : null;
      const web = await openWeb({ host, port, pem, pages: this.#pages(config) });
      if (turn !== this.#turn) return web.close();
      this.#web = web;
      this.#say('notice', `web server on ${where}${ssl_enabled ? ' with TLS' : ''}`);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#say('error', `no web server on ${where}: ${explain(error as NodeJS.ErrnoException, config)}`);
      this.#timer = setTimeout(() => void this.#open(config, turn), AGAIN_MS);
      this.#timer.unref();
    }
  }

  #pages({ k8s_healthz_endpoint, prometheus_metrics_enabled }: WebConfig): Pages {
    const { health, versions, metrics } = this.#content;
    return {
      [k8s_healthz_endpoint]: health,
      '/versions': versions,
      ...(prometheus_metrics_enabled ? { '/metrics': metrics } : {}),
    };
  }

  #say(how: 'notice' | 'error', text: string): void {
    if (text !== this.#said) this.#log[how](text);
    this.#said = text;
  }
}

function explain({ code, message, path }: NodeJS.ErrnoException, { ssl_certificate }: WebConfig): string {
  if (path === ssl_certificate)
    return `${code} for ${ssl_certificate} — webserver.ssl_certificate names a PEM file with certificate and key`;
  if (code === 'EADDRINUSE') return 'the port is taken — free it, or set another webserver.listen_port';
  if (code === 'EADDRNOTAVAIL')
    return 'this host does not have the address — set webserver.listen_address to one of its own';
  if (code === 'EACCES') return 'the port is not allowed — set webserver.listen_port to 1024 or more';
  if (code?.startsWith('ERR_OSSL') || code?.startsWith('ERR_SSL') || code?.startsWith('ERR_TLS'))
    return `${ssl_certificate} is no PEM file with a certificate and its key (${code})`;
  return message;
}
