import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../base/alert.ts';
import { errorName, inWords } from './errno.ts';
import { alertLine } from './line.ts';
import type { Channel, Sent } from './sink.ts';

export interface ProgramOptions {
  /** A command for /bin/sh, as Falco's popen(3) takes it. */
  readonly program: string;
  /** One process reads all alerts, a line each; otherwise each alert starts a process of its own. */
  readonly keepAlive: boolean;
  readonly json: boolean;
  /** A process that takes longer over a single alert is ended, ms. */
  readonly patienceMs?: number;
}

// Long enough for a mail server, short enough that a program which never ends does not cost the day.
const PATIENCE_MS = 30_000;
// Between SIGTERM and SIGKILL; also what a process of keep_alive gets to end by itself once its input is closed.
const GRACE_MS = 2000;
// What does not exist, or ends at once, has ended by then; an alert written earlier would be lost in its pipe.
const START_MS = 500;
// An alert that the program fails on again and again must not hold up those behind it.
const MAX_FAILURES = 3;
// A program that cannot start is started again at this pace: fast enough for a crash, slow enough for a typing error.
const RETRY = { firstMs: 100, mostMs: 30_000, jitter: false };

/** Hands each alert to a shell command as one line on its standard input. */
export function programChannel(options: ProgramOptions): Channel {
  const runner = options.keepAlive ? new LastingProgram(options) : new ProgramEach(options);
  return {
    name: 'program',
    retry: RETRY,
    // It is started with the first alert: a program may be there for its side effects.
    open: () => null,
    encode: (alert: Alert) => Buffer.from(`${alertLine(alert, options.json)}\n`),
    send: (records) => runner.send(records),
    reopen: () => runner.reopen(),
    close: () => runner.close(),
  };
}

/**
 * One process for all alerts. Those it had not taken when it died go to the next one; those in the pipe (64 KiB) die
 * with it, as pipes tell nobody what was read.
 */
class LastingProgram {
  readonly #options: ProgramOptions;
  #process: ChildProcess | null = null;
  #gone: Promise<string> = Promise.resolve('');
  /** How the last process ended, until somebody was told. */
  #epitaph: string | null = null;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    const error = this.#takeEpitaph() ?? (await this.#running()) ?? (await this.#write(records));
    if (error === null) return { done: records.length, error };
    this.#epitaph = null;
    return { done: 0, error };
  }

  reopen(): void {
    if (this.#process !== null) endGently(this.#process);
    this.#process = null;
  }

  close(): void {
    this.reopen();
  }

  #takeEpitaph(): string | null {
    const told = this.#epitaph;
    this.#epitaph = null;
    return told;
  }

  async #running(): Promise<string | null> {
    if (this.#process !== null) return null;
    const child = startProgram(this.#options.program);
    this.#process = child;
    this.#gone = ending(child).then((how) => {
      const error = `the program ${how ?? 'ended'}`;
      if (this.#process === child) {
        this.#process = null;
        this.#epitaph = error;
      }
      return error;
    });
    return Promise.race([this.#gone, sleep(START_MS, null)]);
  }

  #write(records: readonly Uint8Array[]): Promise<string | null> {
    const stdin = this.#process?.stdin;
    const taken = new Promise<null>((resolve) =>
      // An error arrives as the end of the process, with more to say.
      stdin?.write(Buffer.concat(records), (error) => error ?? resolve(null)),
    );
    return Promise.race([taken, this.#gone]);
  }
}

/** A process for each alert: it reads to the end of its input, and its exit status tells whether it succeeded. */
class ProgramEach {
  readonly #options: ProgramOptions;
  #process: ChildProcess | null = null;
  #failures = 0;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    for (const [done, record] of records.entries()) {
      const how = await this.#run(record);
      this.#failures = how === null ? 0 : this.#failures + 1;
      if (how === null) continue;
      const refused = this.#failures >= MAX_FAILURES;
      if (refused) this.#failures = 0;
      return { done, error: `the program ${how}`, refused };
    }
    return { done: records.length, error: null };
  }

  reopen(): void {
    // Nothing is kept between alerts.
  }

  close(): void {
    if (this.#process !== null) endNow(this.#process);
  }

  async #run(record: Uint8Array): Promise<string | null> {
    const child = startProgram(this.#options.program);
    this.#process = child;
    const patience = this.#options.patienceMs ?? PATIENCE_MS;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endNow(child);
    }, patience);
    child.stdin?.end(record);
    const how = await ending(child);
    clearTimeout(timer);
    this.#process = null;
    return late ? `did not end within ${patience} ms` : how;
  }
}

function startProgram(command: string): ChildProcess {
  // Its own process group: the shell's pipelines end with it. Messages for the service manager and our own settings are not its business.
  const {
    NOTIFY_SOCKET: _,
    WATCHDOG_USEC: _u,
    WATCHDOG_PID: _p,
    UV_THREADPOOL_SIZE: _t,
    ...env
  } = process.env;
  const child = spawn('/bin/sh', ['-c', command], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
    env,
  });
  // A program may end before it has read all; its exit status tells the rest.
  child.stdin?.on('error', () => {});
  return child;
}

/** Resolves when the process is gone: null for success, else how it ended. */
function ending(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`does not start: ${inWords(errorName(error))}`));
    child.on('exit', (code, signal) =>
      resolve(code === 0 ? null : signal === null ? `ended with status ${code}` : `was ended by ${signal}`),
    );
  });
}

/** End of input first, which most programs take for the end of their work. */
function endGently(child: ChildProcess): void {
  child.stdin?.end();
  const timer = setTimeout(() => endNow(child), GRACE_MS);
  child.on('exit', () => clearTimeout(timer));
}

function endNow(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  child.on('exit', () => clearTimeout(timer));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone between the look and the signal.
  }
}
