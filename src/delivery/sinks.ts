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

export function makeSinks(options: SinkOptions, open: OpenDatagram, pid: number): Sink[] {
  const near = nearChannels(options, open, pid).map((c) => queueSink(c, options, options.onState));
  const far = farChannels(options, pid).map((c) => farSink(c, options));
  return [...near, ...far, ...options.targets.flatMap((target) => targetSinks(target, options))];
}

/** On this machine: what cannot be handed over waits in memory. */
function nearChannels(options: SinkOptions, open: OpenDatagram, pid: number): Channel[] {
  const list: Channel[] = [];
  const { stdout, journal, syslog, file, program, syslogServer } = options;
  if (stdout !== null && !isNull(stdout.fd ?? 1)) list.push(stdoutChannel(stdout));
  if (journal !== null) list.push(journalChannel(open, pid, journal.path));
  const twice = journal !== null && syslogEndsInJournal(syslog?.path);
  if (syslog !== null && !twice) list.push(syslogChannel(open, pid, syslog.json, syslog.path));
  if (file !== null) list.push(fileChannel(file));
  if (program !== null) list.push(programChannel(program));
  // UDP never says that a message did not arrive: there is nothing a spool could wait for.
  if (syslogServer?.protocol === 'udp') list.push(syslogNetworkChannel(syslogServer, pid));
  return list;
}

function farChannels({ http, syslogServer, onNote }: SinkOptions, pid: number): Channel[] {
  const list: Channel[] = [];
  if (http !== null) list.push(httpChannel(httpOutputService(http, (text) => onNote('http', text))));
  if (syslogServer !== null && syslogServer.protocol !== 'udp')
    list.push(syslogNetworkChannel(syslogServer, pid));
  return list;
}

function farSink(channel: Channel, options: SinkOptions): Sink {
  const { spool, onState } = options;
  if (spool === null) return queueSink(channel, options, onState);
  return spooledSink(channel, { ...spool, folder: `${spool.folder}/${channel.name}` }, options, onState);
}

function targetSinks(target: Target, options: SinkOptions): Sink[] {
  return targetOutputs(target).map(({ common, service }) =>
    limitedSink(
      farSink(httpChannel(service), options),
      { leastPriority: PRIORITIES.indexOf(common.minimumpriority), perMinute: common.rate },
      (text) => options.onNote(service.name, text),
    ),
  );
}
