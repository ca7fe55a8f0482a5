/**
 * In: alerts, on the main thread. Out: every enabled destination has them, or its counters say how many it has not.
 * One queue per destination: none can delay another. The agent makes one Delivery at start and closes it at the end.
 */
import type { Alert } from '../base/alert.ts';
import type { OpenDatagram } from '../base/datagram.ts';
import { canaryChannel } from './canary.ts';
import { type FileOptions, fileChannel } from './file.ts';
import { journalChannel } from './journal.ts';
import { type QueueLimits, queueSink } from './queue.ts';
import type { Channel, OnState, Sink, SinkStats } from './sink.ts';
import { isNull, type StdoutOptions, stdoutChannel } from './stdout.ts';
import { syslogChannel, syslogEndsInJournal } from './syslog.ts';

export type { Sink, SinkStats } from './sink.ts';
export { wantsColour } from './stdout.ts';

/** Destinations to open; null leaves one out. */
export interface DeliveryOptions extends QueueLimits {
  readonly stdout: StdoutOptions | null;
  readonly journal: { readonly path?: string } | null;
  readonly syslog: { readonly json: boolean; readonly path?: string } | null;
  readonly file: FileOptions | null;
  /** Alerts of this rule and source `internal` go to `heard` alone, by a queue of their own. */
  readonly canary?: { readonly rule: string; readonly heard: () => void };
  readonly onState: OnState;
}

/** All destinations together, with the shape of one. */
export interface Delivery extends Omit<Sink, 'name' | 'open' | 'stats'> {
  stats(): SinkStats[];
}

/** Opens every destination; one that cannot be opened is reported, and tried again with each alert. */
export function createDelivery(options: DeliveryOptions, openDatagram: OpenDatagram, pid: number): Delivery {
  const sinks = channels(options, openDatagram, pid).map((c) => queueSink(c, options, options.onState));
  for (const sink of sinks) sink.open();
  const canary = options.canary && queueSink(canaryChannel(options.canary.heard), options, options.onState);
  return {
    write: (alert: Alert) => {
      if (canary && alert.rule === options.canary?.rule && alert.source === 'internal') canary.write(alert);
      else for (const sink of sinks) sink.write(alert);
    },
    flush: async (timeoutMs) => (await Promise.all(sinks.map((s) => s.flush(timeoutMs)))).every(Boolean),
    reopen: () => {
      for (const sink of sinks) sink.reopen();
    },
    close: async (timeoutMs) => void (await Promise.all(sinks.map((s) => s.close(timeoutMs)))),
    stats: () => sinks.map((s) => s.stats()),
  };
}

function channels(options: DeliveryOptions, open: OpenDatagram, pid: number): Channel[] {
  const list: Channel[] = [];
  const { stdout, journal, syslog, file } = options;
  if (stdout !== null && !isNull(stdout.fd ?? 1)) list.push(stdoutChannel(stdout));
  if (journal !== null) list.push(journalChannel(open, pid, journal.path));
  const twice = journal !== null && syslogEndsInJournal(syslog?.path);
  if (syslog !== null && !twice) list.push(syslogChannel(open, pid, syslog.json, syslog.path));
  if (file !== null) list.push(fileChannel(file));
  return list;
}
