import { appendFile } from 'node:fs/promises';
import type { Alert, AlertValue } from '../base/alert.ts';
import { type Config, parseDuration } from '../config/index.ts';
import { internalAlert } from '../engine/internal-alert.ts';
import type { RulesInput } from '../engine/messages.ts';
import { type Readings, type Selection, type SnapshotTotals, snapshotFields } from '../metrics/index.ts';
import type { Log } from './log.ts';

type MetricsConfig = Config['metrics'];

// The names under which users of Falco look for them.
const RULE = 'Falco internal: metrics snapshot';
const OUTPUT = 'Falco metrics snapshot';
/** Readable for the group, as the alerts. */
const FILE_MODE = 0o640;

export interface SnapshotParts {
  read(): Promise<Readings>;
  write(alert: Alert): void;
  readonly log: Pick<Log, 'notice' | 'error'>;
}

/** Metrics as alerts and as lines in a file, in Falco's rhythm: the first one comes after an interval. */
export class Snapshots {
  readonly #parts: SnapshotParts;
  #timer: NodeJS.Timeout | undefined;
  #before: SnapshotTotals | null = null;
  #samples = 0;
  /** A snapshot under way: a disk that hangs holds up the next ones and nothing else. */
  #busy = false;
  #error: string | null = null;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  apply(config: MetricsConfig, format: RulesInput['format']): void {
    this.stop();
    if (!config.enabled || !(config.output_rule || config.output_file !== '')) return;
    this.#timer = setInterval(() => void this.take(config, format), parseDuration(config.interval) ?? 0);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One snapshot now. Never rejects. */
  async take(config: MetricsConfig, format: RulesInput['format']): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const readings = await this.#parts.read();
      const { fields, totals } = snapshotFields(readings, this.#before, {
        ...selectionOf(config),
        inMb: config.convert_memory_to_mb,
        withEmpty: config.include_empty_values,
      });
      this.#before = totals;
      this.#samples++;
      const timeNs = totals.wallNs;
      if (config.output_rule)
        this.#parts.write(
          internalAlert({ rule: RULE, priority: 'Informational', output: OUTPUT, fields, timeNs }, format),
        );
      if (config.output_file !== '')
        await appendFile(config.output_file, this.#line({ ...fields, 'evt.time': timeNs }), {
          mode: FILE_MODE,
        });
      this.#state(null);
    } catch (error) {
      this.#state((error as Error).message);
    } finally {
      this.#busy = false;
    }
  }

  /** Times are integers beyond what a double holds, and stay such. */
  #line(fields: Readonly<Record<string, AlertValue>>): string {
    const parts = Object.entries(fields).map(
      ([name, value]) =>
        `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
    );
    return `{"output_fields":{${parts.join(',')}},"sample":${this.#samples}}\n`;
  }

  #state(error: string | null): void {
    if (error === this.#error) return;
    this.#error = error;
    if (error === null) this.#parts.log.notice('metrics snapshots are written again');
    else
      this.#parts.log.error(`metrics snapshot: ${error} — metrics.output_file names a file saker may write`);
  }
}

export function selectionOf(config: MetricsConfig): Selection {
  return {
    resources: config.resource_utilization_enabled,
    rules: config.rules_counters_enabled,
    state: config.state_counters_enabled,
    kernel: config.kernel_event_counters_enabled,
    programs: config.libbpf_stats_enabled,
    containers: config.plugins_metrics_enabled,
  };
}
