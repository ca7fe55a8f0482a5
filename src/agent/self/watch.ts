import type { InternalMatch } from '../../engine/internal-alert.ts';
import { readMachine, systemClocks } from '../../host/index.ts';
import type { Log } from '../log.ts';
import { type Loss, Tally } from '../losses/tally.ts';
import { watchFiles } from '../watch-files.ts';
import { describeGap, type Gap, gapBetween, gapNotice } from './gap.ts';
import {
  changesBetween,
  countsIn,
  filesNotice,
  programPaths,
  type Snapshot,
  takeSnapshot,
} from './protected.ts';
import { forgetEnded, type Moment, type RunRecord, readEnded, readRecord, writeRecord } from './record.ts';
import { stopNotice } from './stop.ts';
import { tamperNotice } from './tamper.ts';

/** Own hooks are looked at this often: a bpf(2) for each. */
const LOOK_EVERY_MS = 20_000;
/** Looks between two signs of life in the state directory. */
const LOOKS_PER_SIGN = 3;
/**
 * Looks between two at own files of which nobody told a change: the kernel tells none of what came by another name of
 * the file or another mount. A look is some hundred system calls and as much garbage.
 */
const LOOKS_PER_FILES = 15;

/** Where the service manager lets the agent keep state; null when it was not started as a service. */
export function stateDirectory({ STATE_DIRECTORY }: NodeJS.ProcessEnv): string | null {
  return STATE_DIRECTORY?.split(':')[0] || null;
}

export interface SelfParts {
  /** stateDirectory() */
  readonly directory: string | null;
  readonly log: Pick<Log, 'notice' | 'warning' | 'error' | 'debug'>;
  write(notice: InternalMatch): void;
  /** Of the probes. */
  tampered(): string[];
  /** Since the start. */
  losses(): readonly Loss[];
  /** Ends the agent, so that the service manager starts another with everything in place. */
  fail(reason: string): void;
}

/**
 * The agent's watch over itself: tells for how long nobody watched before this run, when somebody stops it, changes its
 * files or takes its hooks; and keeps what the next run has to know. Files and runs only as a service.
 */
export class SelfWatch {
  readonly #parts: SelfParts;
  readonly #program = programPaths(process.execPath);
  readonly #last: RunRecord | null;
  /** null: this is the first run that is known. */
  readonly #gap: Gap | null;
  readonly #unobservedMs: number;
  #paths: readonly string[];
  #files: Snapshot;
  readonly #changes = watchFiles(
    () => this.#changed(),
    (path, reason) => this.#parts.log.debug(`${path} is looked at now and then only: ${reason}`),
    countsIn,
  );
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #reason: string | null = null;
  readonly #bootId = readMachine().bootId;
  readonly #clocks = systemClocks();
  /** From here on this run watches. */
  readonly #began: Moment;

  /** To be made when events flow. @param paths of configuration and rules */
  constructor(parts: SelfParts, paths: readonly string[]) {
    this.#parts = parts;
    this.#began = this.now();
    this.#paths = paths;
    this.#files = this.#snapshot();
    this.#last = parts.directory === null ? null : readRecord(parts.directory);
    const { directory } = parts;
    this.#gap =
      directory === null || this.#last === null
        ? null
        : gapBetween(this.#last, readEnded(directory), this.#began, this.#bootId);
    this.#unobservedMs = (this.#last?.unobservedMs ?? 0) + (this.#gap?.lengthMs ?? 0);
  }

  now(): Moment {
    const { wallNs, bootNs } = this.#clocks;
    return { wall: Number(wallNs() / 1_000_000n), boot: Number(bootNs() / 1_000_000n) };
  }

  /** Once alerts can be told. */
  start(): void {
    const { directory, log, write } = this.#parts;
    const gap = this.#gap;
    if (gap !== null) {
      log.notice(describeGap(gap));
      write(gapNotice(gap));
      this.#tellFiles(new Map(Object.entries(this.#last?.files ?? {})), true);
    }
    this.#keep(null, true);
    if (directory !== null) forgetEnded(directory);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#changes.follow(this.#protected());
  }

  /** Files of configuration and rules from now on. */
  follow(paths: readonly string[]): void {
    this.#lookAtFiles();
    this.#paths = paths;
    this.#files = this.#snapshot();
    if (this.#timer !== undefined) this.#changes.follow(this.#protected());
  }

  /** Somebody or something ends the agent; the first to be told counts. */
  stopping(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#parts.log.notice(`stops: ${reason}`);
    if (this.#parts.directory === null) return;
    this.#lookAtFiles();
    this.#parts.write(stopNotice(reason));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#changes.stop();
  }

  /** @param at from here on this run no longer watches */
  ended(at: Moment): void {
    // A run that never came to tell of the time before it leaves that to the next one.
    if (this.#timer === undefined) return;
    this.#keep({ at, reason: this.#reason ?? 'its time was over' }, true);
  }

  /** Of this run and those before it. */
  losses(): Loss[] {
    const all = new Tally();
    all.addAll((this.#last?.losses ?? []) as Loss[]);
    all.addAll(this.#parts.losses());
    return all.list();
  }

  totals(): { readonly starts: number; readonly unobservedS: number } | null {
    if (this.#parts.directory === null) return null;
    return { starts: (this.#last?.starts ?? 0) + 1, unobservedS: this.#unobservedMs / 1000 };
  }

  #look(): void {
    this.#looks++;
    if (this.#looks % LOOKS_PER_FILES === 0) this.#lookAtFiles();
    if (this.#looks % LOOKS_PER_SIGN === 0) this.#keep(null, false);
    const lost = this.#parts.tampered();
    if (lost.length === 0) return;
    const notice = tamperNotice(lost);
    this.#parts.write(notice);
    this.#parts.fail(notice.output);
  }

  /** A directory that was missing may be there now. */
  #changed(): void {
    this.#lookAtFiles();
    this.#changes.follow(this.#protected());
  }

  #protected(): readonly string[] {
    return this.#parts.directory === null ? [] : [...this.#program, ...this.#paths];
  }

  #snapshot(): Snapshot {
    return takeSnapshot(this.#protected());
  }

  #lookAtFiles(): void {
    const before = this.#files;
    this.#files = this.#snapshot();
    this.#tellFiles(before, false);
  }

  #tellFiles(before: Snapshot, meanwhile: boolean): void {
    const changes = changesBetween(before, this.#files);
    if (changes.length === 0) return;
    const isBelow = (path: string, at: string): boolean => path === at || path.startsWith(`${at}/`);
    const isProgram = (path: string): boolean => !this.#paths.some((at) => isBelow(path, at));
    const notice = filesNotice(changes, isProgram, meanwhile);
    this.#parts.log.notice(notice.output);
    this.#parts.write(notice);
  }

  #keep(end: RunRecord['end'], sync: boolean): void {
    const { directory, log } = this.#parts;
    if (directory === null) return;
    const record: RunRecord = {
      format: 1,
      bootId: this.#bootId,
      seen: this.now(),
      end,
      starts: this.totals()?.starts ?? 1,
      unobservedMs: this.#unobservedMs,
      losses: this.losses(),
      files: Object.fromEntries(this.#files),
    };
    try {
      writeRecord(directory, record, sync);
    } catch (error) {
      log.warning(`the next run will not know of this one: ${(error as Error).message}`);
    }
  }
}
