/**
 * Programs in the kernel, loaded when first wanted. What comes later comes from a further copy of an object that uses
 * the maps of those before: loading all programs at start costs seconds, and most rules need few. The verifier works on
 * a thread of the pool.
 */
import { constants } from 'node:os';
import { errnoName, type Native } from './native.ts';
import { FIRST_PROGRAMS, LoadError, type ObjectOptions, openObject, takeLog } from './object.ts';

/** The program that libbpf complains about last, or null. */
function blamedProgram(log: string): string | null {
  return [...log.matchAll(/prog '([^']+)': failed to load/g)].at(-1)?.[1] ?? null;
}

/** Last line of the verifier's log that states a reason, for people. */
function refusal(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const reasons = lines.filter((l) => l !== '' && !/^(libbpf:|processed |-- |\d+: \()/.test(l));
  return reasons.at(-1) ?? lines.findLast((l) => l !== '') ?? 'no reason given';
}

export class Programs {
  readonly #native: Native;
  readonly #options: ObjectOptions;
  /** Objects in the order of loading; the first owns the maps. */
  readonly #handles: number[] = [];
  /** Program → its object. */
  readonly #loaded = new Map<string, number>();
  /** Programs that the kernel does not take, and why. */
  readonly #refused = new Map<string, string>();

  #last: Promise<void> = Promise.resolve();

  constructor(native: Native, options: ObjectOptions) {
    this.#native = native;
    this.#options = options;
  }

  /** Handle of the object that owns the maps. */
  get maps(): number {
    return this.#handles[0]!;
  }

  isLoaded(program: string): boolean {
    return this.#loaded.has(program);
  }

  /** Loaded or refused. */
  isDecided(program: string): boolean {
    return this.#loaded.has(program) || this.#refused.has(program);
  }

  handleOf(program: string): number {
    return this.#loaded.get(program)!;
  }

  /** Why the kernel refused a program; null if it did not. */
  refusal(program: string): string | null {
    return this.#refused.get(program) ?? null;
  }

  /** Gives up those that are not loaded. */
  refuse(program: string, reason: string): void {
    if (!this.isDecided(program)) this.#refused.set(program, reason);
  }

  /**
   * Loads those that are neither loaded nor refused; afterwards each is one or the other.
   * @throws LoadError when not even one program loads, or the fault is not that of a program
   */
  load(programs: Iterable<string>): Promise<void> {
    // One after another: libbpf's messages tell which program is to blame.
    const job = this.#last.then(() => this.#loadNow(programs));
    this.#last = job.catch(() => {});
    return job;
  }

  async #loadNow(programs: Iterable<string>): Promise<void> {
    for (;;) {
      const missing = [...programs].filter((program) => !this.isDecided(program));
      if (missing.length === 0) return;
      const first = missing.filter((program) => FIRST_PROGRAMS.has(program));
      await this.#loadSet(new Set(first.length > 0 ? first : missing));
    }
  }

  /** Loads one more copy of a program; false if the kernel refuses it. */
  again(program: string): Promise<boolean> {
    return this.#loadSet(new Set([program]));
  }

  /** All of one object. False if one of them was refused: then it is known, and nothing of the set is loaded. */
  async #loadSet(programs: ReadonlySet<string>): Promise<boolean> {
    const { first, all } = this.#options.images;
    const image = [...programs].every((program) => FIRST_PROGRAMS.has(program)) ? first : all;
    const handle = openObject(this.#native, image, programs, this.#handles, this.#options);
    takeLog(this.#native);
    const result = await this.#native.async.saker_bpf_load(handle);
    if (result >= 0) {
      this.#handles.push(handle);
      for (const program of programs) this.#loaded.set(program, handle);
      return true;
    }
    this.#native.saker_bpf_close(handle);
    const log = takeLog(this.#native);
    const blamed = blamedProgram(log);
    // EPERM is a decision about the process or the machine, not a fault of one program.
    const isFatal = blamed === null || !programs.has(blamed) || result === -constants.errno.EPERM;
    if (isFatal || (programs.size === 1 && this.#handles.length === 0))
      throw new LoadError('load the BPF programs', result, log);
    this.#refused.set(blamed, `the kernel refused to load it (${errnoName(result)}: ${refusal(log)})`);
    return false;
  }

  /**
   * Detaches and unloads all, newest first.
   * @param busy a call on one of the objects has not come back: only the first, which no such call is on, is closed
   */
  async close(busy: boolean): Promise<void> {
    const handles = busy ? this.#handles.slice(0, 1) : this.#handles.toReversed();
    this.#handles.length = 0;
    for (const handle of handles) await this.#native.async.saker_bpf_close(handle);
  }
}
