import { release } from 'node:os';
import type { Alert } from '../base/alert.ts';
import { VERSION } from '../base/version.ts';
import type { Delivery } from '../delivery/index.ts';
import { type InternalMatch, internalAlert } from '../engine/internal-alert.ts';
import { type Health, metricFamilies, prometheusText } from '../metrics/index.ts';
import type { Log } from './log.ts';
import { type ReadingParts, ReadingSource } from './readings.ts';
import { type Refusal, refusalNotice } from './refusal.ts';
import type { Settings } from './settings.ts';
import { Snapshots, selectionOf } from './snapshots.ts';
import type { Page } from './web.ts';
import { WebKeeper } from './web-keeper.ts';

export interface ObservationParts extends ReadingParts {
  readonly delivery: Pick<Delivery, 'stats' | 'write'>;
  readonly log: Pick<Log, 'notice' | 'error'>;
}

/** How the agent is watched from outside: web server and snapshots, as the configuration in force has them. */
export class Observation {
  readonly #readings: ReadingSource;
  readonly #web: WebKeeper;
  readonly #snapshots: Snapshots;
  readonly #write: (alert: Alert) => void;
  #config: Settings['config'] | null = null;
  #format: Settings['rules']['format'] | null = null;

  constructor(parts: ObservationParts) {
    this.#write = (alert) => parts.delivery.write(alert);
    this.#readings = new ReadingSource(parts);
    this.#web = new WebKeeper(
      { health: () => this.#healthPage(), versions, metrics: () => this.#metricsPage() },
      parts.log,
    );
    this.#snapshots = new Snapshots({
      read: () => this.#readings.read(),
      write: this.#write,
      log: parts.log,
    });
  }

  health(): Health {
    return this.#readings.health();
  }

  /** The port of the web server; null while there is none. */
  get port(): number | null {
    return this.#web.port;
  }

  /** At start, and after each reload. */
  async apply(settings: Settings): Promise<void> {
    const { webserver, metrics } = settings.config;
    const before = this.#config;
    this.#config = settings.config;
    this.#format = settings.rules.format;
    this.#readings.loaded(settings);
    if (!isSame(before?.metrics, metrics)) this.#snapshots.apply(metrics, settings.rules.format);
    // A certificate may have been renewed.
    if (webserver.ssl_enabled || !isSame(before?.webserver, webserver)) await this.#web.apply(webserver);
  }

  /** A reload came to nothing. */
  refused(refusal: Refusal): void {
    this.tell(refusalNotice(refusal));
  }

  /** What saker tells of itself, in the form that alerts have now. */
  tell(notice: InternalMatch): void {
    if (this.#format !== null) this.#write(internalAlert(notice, this.#format));
  }

  stop(): void {
    this.#web.stop();
    this.#snapshots.stop();
  }

  #healthPage(): Page {
    const { healthy, reasons } = this.health();
    // Falco's answer, which probes may compare with.
    if (healthy) return json(200, { status: 'ok' });
    return json(503, { status: 'unhealthy', reasons });
  }

  async #metricsPage(): Promise<Page> {
    const readings = await this.#readings.read();
    const wanted = selectionOf(this.#config!.metrics);
    return {
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: prometheusText(metricFamilies(readings, wanted)),
    };
  }
}

function versions(): Page {
  return json(200, {
    saker_version: VERSION,
    node_version: process.versions.node,
    kernel_release: release(),
  });
}

function json(status: number, body: unknown): Page {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
