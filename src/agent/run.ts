import { constants } from 'node:os';
import { ERRORS, EXIT_CODE, exitCodeOf, formatProblem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { datagramOpener, findObstacle, type Native, type Obstacle, openNative } from '../kernel/index.ts';
import { EngineLink } from './engine-link.ts';
import { prepareHooks } from './hooks.ts';
import { LibsLog } from './libs-log.ts';
import { createLog, type Log, leadsToJournal } from './log.ts';
import { syslogWriter } from './log-syslog.ts';
import type { AgentOptions } from './options.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { runReplay } from './replay.ts';
import { runService } from './service.ts';
import type { ServiceParts } from './service-parts.ts';
import { loadSettings, logPriority, type Settings } from './settings.ts';
import { catchSignals } from './signals.ts';

export interface AgentIo {
  err(text: string): void;
}

/** The daemon from start to end. Returns the program's exit code. */
export async function runAgent(options: AgentOptions, io: AgentIo): Promise<number> {
  // Otherwise ps, the journal's _COMM and our own events say node-MainThread.
  process.title = 'saker';
  const signals = catchSignals();
  const { settings, problems, paths } = loadSettings(options);
  for (const problem of problems) io.err(`${formatProblem(problem)}\n`);
  if (settings === null) return exitCodeOf(problems);
  const { pidFile } = options;
  if (pidFile !== null && !options.dryRun && !tryWritePidFile(pidFile, io)) return EXIT_CODE.usage;
  const engine = new EngineLink();
  try {
    const rulesChecked = engine.load(settings.rules);
    // The engine compiles rules and the kernel verifies programs at the same time.
    const isReplay = settings.config.engine.kind === 'replay';
    const kernel = options.dryRun || isReplay ? null : prepareKernel(settings, io);
    const check = await rulesChecked;
    io.err(check.report);
    if (!check.ok) return EXIT_CODE.rules;
    if (isReplay && !options.dryRun) {
      const native = openNative();
      const log = agentLog(settings, native, io);
      return await runReplay({ options, settings, engine, signals, native, log });
    }
    if (kernel === null) {
      io.err(`saker: dry run: ${check.rules} rules load\n`);
      return 0;
    }
    if ('obstacle' in kernel) return refuse(kernel.obstacle, io);
    return await runService({ options, settings, check, paths, engine, signals, ...kernel }, (o) =>
      refuse(o, io),
    );
  } finally {
    await engine.stop();
    if (pidFile !== null) removePidFile(pidFile);
  }
}

type Kernel = Pick<ServiceParts, 'native' | 'libsLog' | 'log' | 'hooks'>;

function prepareKernel(settings: Settings, io: AgentIo): Kernel | { readonly obstacle: Obstacle } {
  const obstacle = findObstacle();
  if (obstacle !== null) return { obstacle };
  const native = openNative();
  // The binary starts Node with --disable-sigusr1, or the signal would open its debugger until our handler is there.
  native.saker_signal_unblock(constants.signals.SIGUSR1);
  for (const signal of [constants.signals.SIGTERM, constants.signals.SIGINT])
    native.saker_signal_note(signal);
  const log = agentLog(settings, native, io);
  const libsLog = new LibsLog(native, settings.config.libs_logger, log);
  const hooks = prepareHooks(native, settings.config, log);
  // Whoever waits for it is told; when the rules are not valid nobody does.
  hooks.catch(() => {});
  return { native, libsLog, log, hooks };
}

function tryWritePidFile(path: string, io: AgentIo): boolean {
  try {
    writePidFile(path);
    return true;
  } catch (error) {
    io.err(
      `saker: -P ${printable(path)}: ${printable((error as Error).message)} — name a file that saker may write\n`,
    );
    return false;
  }
}

function agentLog({ config }: Settings, native: Native, io: AgentIo): Log {
  const write = config.log_stderr ? (line: string) => io.err(line) : () => {};
  const also = config.log_syslog ? syslogWriter(datagramOpener(native), process.pid) : undefined;
  return createLog(write, logPriority(config.log_level), leadsToJournal(process.env), also);
}

/** One line: which, why, what to do. */
function refuse({ code, what, advice }: Obstacle, io: AgentIo): number {
  io.err(`saker: ${what} — ${advice} [${code}]\n`);
  return EXIT_CODE[ERRORS[code].kind];
}
