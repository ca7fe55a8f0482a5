import { ERRORS, EXIT_CODE, exitCodeOf, formatProblem } from '../base/errors.ts';
import { findObstacle, type Obstacle } from '../kernel/index.ts';
import { createLog } from './log.ts';
import type { AgentOptions } from './options.ts';
import { runService } from './service.ts';
import { loadSettings, logPriority } from './settings.ts';

export interface AgentIo {
  err(text: string): void;
}

/** The daemon from start to end. Returns the program's exit code. */
export async function runAgent(options: AgentOptions, io: AgentIo): Promise<number> {
  // Otherwise ps, the journal's _COMM and our own events say node-MainThread.
  process.title = 'saker';
  const loaded = loadSettings(options);
  for (const problem of loaded.problems) io.err(`${formatProblem(problem)}\n`);
  if (loaded.rulesReport !== '') io.err(loaded.rulesReport);
  if (loaded.settings === null) return exitCodeOf(loaded.problems) || EXIT_CODE.rules;
  if (options.dryRun) {
    io.err(`saker: dry run: ${loaded.settings.check.rules} rules load\n`);
    return 0;
  }
  const { config } = loaded.settings;
  // Both are set by systemd when it connects standard error to the journal.
  const underJournal = process.env.JOURNAL_STREAM !== undefined;
  const write = config.log_stderr ? (line: string) => io.err(line) : () => {};
  const log = createLog(write, logPriority(config.log_level), underJournal);
  if (config.engine.kind !== 'nodriver') {
    const obstacle = findObstacle();
    if (obstacle !== null) return refuse(obstacle, io);
  }
  return runService(options, loaded.settings, loaded.paths, log, (obstacle) => refuse(obstacle, io));
}

/** One line: which, why, what to do. */
function refuse({ code, what, advice }: Obstacle, io: AgentIo): number {
  io.err(`saker: ${what} — ${advice}\n`);
  return EXIT_CODE[ERRORS[code].kind];
}
