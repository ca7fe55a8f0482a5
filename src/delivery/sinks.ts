import { PRIORITIES } from '../base/alert.ts';
import type { OpenDatagram } from '../base/datagram.ts';
import { type FileOptions, fileChannel } from './file.ts';
import { httpChannel } from './http.ts';
import { type HttpOutput, httpOutputService } from './http-output.ts';
import { journalChannel } from './journal.ts';
import { limitedSink } from './limited.ts';
import { type ProgramOptions, programChannel } from './program.ts';
import { type QueueLimits, queueSink } from './queue.ts';
import type { Channel, OnState, Sink } from './sink.ts';
import { type SpoolOptions, spooledSink } from './spool/index.ts';
import { isNull, type StdoutOptions, stdoutChannel } from './stdout.ts';
import { syslogChannel, syslogEndsInJournal } from './syslog.ts';
import { type SyslogServer, syslogNetworkChannel } from './syslog-network.ts';
import { type Target, targetOutputs } from './targets/index.ts';

/** Bounds of each output's spool; `folder` holds a folder for each. */
export type SpoolLimits = SpoolOptions;

/** Destinations to open; null leaves one out. */
export interface OutputOptions {
  readonly stdout: StdoutOptions | null;
  readonly journal: { readonly path?: string } | null;
  /** The local socket. */
  readonly syslog: { readonly json: boolean; readonly path?: string } | null;
  readonly syslogServer: SyslogServer | null;
  readonly file: FileOptions | null;
  readonly program: ProgramOptions | null;
  readonly http: HttpOutput | null;
  readonly targets: readonly Target[];
  /** null: alerts for the network wait in memory only. */
  readonly spool: SpoolLimits | null;
  readonly onState: OnState;
  /** Something to know about an output that is no failure. */
  readonly onNote: (sink: string, text: string) => void;
}

type SinkOptions = OutputOptions & QueueLimits;

/** A destination that is wanted: nothing of it is open yet. */
export interface SinkPlan {
  readonly channel: Channel;
  /** Equal for equal settings: such a destination needs no exchange. Holds secrets, is never shown. */
  readonly key: string;
  /** The sink in front of `channel`. */
  make(): Sink;
}

export function planSinks(options: SinkOptions, open: OpenDatagram, pid: number): SinkPlan[] {
  const { capacity, stallMs, onState, spool } = options;
  const near = nearChannels(options, open, pid).map(([channel, settings]) => ({
    channel,
    key: JSON.stringify([settings, capacity, stallMs]),
    make: () => queueSink(channel, options, onState),
  }));
  const far = farChannels(options, pid).map(([channel, settings]) => ({
    channel,
    key: JSON.stringify([settings, capacity, stallMs, spool]),
    make: () => farSink(channel, options),
  }));
  return [...near, ...far, ...options.targets.flatMap((target) => targetPlans(target, options))];
}

/** A channel and the settings that shape it. */
type Shaped = readonly [Channel, unknown];

/** On this machine: what cannot be handed over waits in memory. */
function nearChannels(options: SinkOptions, open: OpenDatagram, pid: number): Shaped[] {
  const list: Shaped[] = [];
  const { stdout, journal, syslog, file, program, syslogServer } = options;
  if (stdout !== null && !isNull(stdout.fd ?? 1)) list.push([stdoutChannel(stdout), stdout]);
  if (journal !== null) list.push([journalChannel(open, pid, journal.path), journal]);
  const twice = journal !== null && syslogEndsInJournal(syslog?.path);
  if (syslog !== null && !twice) list.push([syslogChannel(open, pid, syslog.json, syslog.path), syslog]);
  if (file !== null) list.push([fileChannel(file), file]);
  if (program !== null) list.push([programChannel(program), program]);
  // UDP never says that a message did not arrive: there is nothing a spool could wait for.
  if (syslogServer?.protocol === 'udp') list.push([syslogNetworkChannel(syslogServer, pid), syslogServer]);
  return list;
}

function farChannels({ http, syslogServer, onNote }: SinkOptions, pid: number): Shaped[] {
  const list: Shaped[] = [];
  if (http !== null) list.push([httpChannel(httpOutputService(http, (text) => onNote('http', text))), http]);
  if (syslogServer !== null && syslogServer.protocol !== 'udp')
    list.push([syslogNetworkChannel(syslogServer, pid), syslogServer]);
  return list;
}

function farSink(channel: Channel, options: SinkOptions): Sink {
  const { spool, onState } = options;
  if (spool === null) return queueSink(channel, options, onState);
  return spooledSink(channel, { ...spool, folder: `${spool.folder}/${channel.name}` }, options, onState);
}

function targetPlans(target: Target, options: SinkOptions): SinkPlan[] {
  const { capacity, stallMs, spool, onNote } = options;
  return targetOutputs(target).map(({ common, service }) => {
    const channel = httpChannel(service);
    const limits = { leastPriority: PRIORITIES.indexOf(common.minimumpriority), perMinute: common.rate };
    return {
      channel,
      key: JSON.stringify([target, capacity, stallMs, spool]),
      make: () => limitedSink(farSink(channel, options), limits, (text) => onNote(service.name, text)),
    };
  });
}
