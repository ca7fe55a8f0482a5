import type { Config } from '../config/index.ts';
import { type DeliveryOptions, wantsColour } from '../delivery/index.ts';
import type { Log } from './log.ts';

/** Alerts an output may hold back where the configuration leaves it to saker (falco.yaml's 0). */
const DEFAULT_CAPACITY = 8192;

/** Configuration → the destinations to open. */
export function deliveryOptions(
  config: Config,
  log: Log,
  canary: NonNullable<DeliveryOptions['canary']>,
): DeliveryOptions {
  const json = (format: 'auto' | 'json' | 'text'): boolean =>
    format === 'auto' ? config.json_output : format === 'json';
  return {
    canary,
    capacity: config.outputs_queue.capacity || DEFAULT_CAPACITY,
    stallMs: config.output_timeout,
    stdout: config.stdout_output.enabled
      ? { json: json(config.stdout_output.format), colour: wantsColour(1, process.env) }
      : null,
    journal: config.journal_output.enabled ? {} : null,
    syslog: config.syslog_output.enabled ? { json: config.json_output } : null,
    file: config.file_output.enabled
      ? {
          filename: config.file_output.filename,
          json: json(config.file_output.format),
          keepAlive: config.file_output.keep_alive,
        }
      : null,
    onState: (sink, error) => {
      if (error === null) log.notice(`output ${sink} works again`);
      else log.error(`output ${sink}: ${error}`);
    },
  };
}
