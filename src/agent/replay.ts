import { EXIT_CODE } from '../base/errors.ts';
import { createDelivery } from '../delivery/index.ts';
import { CANARY_RULE, type EngineStats, type ReplaySummary } from '../engine/messages.ts';
import { datagramOpener } from '../kernel/index.ts';
import type { Log } from './log.ts';
import { deliveryOptions } from './outputs.ts';
import type { ServiceParts } from './service-parts.ts';

/** `engine.kind: replay`: the rules over a capture file, alerts to the configured outputs, then the end. */

/** An output that does not take alerts for so long loses some rather than stop the replay; its counters say so. */
const FLUSH_MS = 5000;

type Parts = Pick<ServiceParts, 'options' | 'settings' | 'engine' | 'signals' | 'native' | 'log'>;

/** @returns the exit code: 0 when the file was read to its end, or the user ended the replay */
export async function runReplay({ options, settings, engine, signals, native, log }: Parts): Promise<number> {
  const { config } = settings;
  const path = config.engine.replay.capture_file;
  const canary = { rule: CANARY_RULE, heard: () => {} };
  const delivery = createDelivery(deliveryOptions(config, log, canary), datagramOpener(native), process.pid);
  engine.onAlerts = async (alerts) => {
    for (const alert of alerts) delivery.write(alert);
    await delivery.flush(FLUSH_MS);
  };
  const stopped = new Promise<null>((resolve) => {
    const stop = () => resolve(null);
    const reload = () => log.warning('a replay does not reload');
    signals.handle({ stop, reload, reopen: () => delivery.reopen() });
    if (options.stopAfterS !== null) setTimeout(stop, options.stopAfterS * 1000).unref();
  });
  const failed = new Promise<never>((_, reject) => {
    engine.onFailure = (reason) => reject(new Error(reason));
  });
  try {
    const result = await Promise.race([engine.replay(path), stopped, failed]);
    if (result === null) {
      log.notice(`${path}: stopped before its end`);
      return 0;
    }
    tell(log, path, result.stats, result.summary);
    return result.summary.error === null ? 0 : EXIT_CODE.config;
  } catch (error) {
    log.error(`the engine failed: ${(error as Error).message}`);
    return EXIT_CODE.internal;
  } finally {
    await delivery.close(FLUSH_MS);
  }
}

/** Numbers of events and blocks are Falco's own (PPME_*, and the block types of its files). */
function tell(log: Log, path: string, stats: EngineStats, summary: ReplaySummary): void {
  const { events, records, broken, skippedEvents, skippedBlocks, error, tookMs } = summary;
  const perSecond = Math.round((events / Math.max(tookMs, 1)) * 1000);
  log.notice(
    `${path}: ${events} events, ${records} looked at, ${stats.matches} matches, ${perSecond} events/s`,
  );
  for (const { name, matched } of stats.rules)
    if (matched > 0) log.notice(`rule "${name}": ${matched} matches`);
  if (skippedEvents.size > 0) log.info(`events of types that are not replayed: ${counts(skippedEvents)}`);
  if (skippedBlocks.size > 0) log.warning(`blocks of types that are not read: ${counts(skippedBlocks)}`);
  if (broken > 0) log.warning(`${broken} blocks made no sense and were left out`);
  if (stats.corrupt + stats.faults > 0)
    log.error(`${stats.corrupt + stats.faults} events failed in the engine: ${stats.lastFault}`);
  if (error !== null) log.error(`${path}: ${error}`);
}

/** Most frequent first: `291 (12 times)`. */
function counts(of: ReadonlyMap<number, number>): string {
  const sorted = [...of].sort(([, a], [, b]) => b - a);
  return sorted.map(([type, count]) => `${type} (${count} times)`).join(', ');
}
