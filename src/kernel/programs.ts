/**
 * Programs in the kernel, loaded when first wanted. What comes later comes from a further copy of an object that uses
 * the maps of those before: loading all programs at start costs seconds, and most rules need few. The verifier works on
 * a thread of the pool.
 */
import { constants } from 'node:os';
import { errnoName, type Native } from './native.ts';
import { FIRST_PROGRAMS, LoadError, type ObjectOptions, openObject, takeLog } from './object.ts';
import { KERNEL_TYPES } from './preconditions.ts';

/** libbpf reads the types of the kernel and of its modules itself. */
const ALL_TYPES = '';

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

  /** When something works already: that nothing loads is then the fault of each program. */
  async orRefuse(programs: readonly string[], job: Promise<boolean>): Promise<boolean> {
    try {
      return await job;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      for (const program of programs) if (!this.isDecided(program)) this.#refused.set(program, error.message);
      return true;
    }
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

  /** 0, or why the kernel refused one of them: then nothing of the set is loaded. */
  async #tryLoad(image: Uint8Array, types: string, programs: ReadonlySet<string>): Promise<number> {
    const handle = openObject(this.#native, image, programs, this.#handles, this.#options);
    takeLog(this.#native);
    const result = await this.#native.async.saker_bpf_load(handle, types);
    if (result < 0) this.#native.saker_bpf_close(handle);
    else {
      this.#handles.push(handle);
      for (const program of programs) this.#loaded.set(program, handle);
    }
    return result;
  }

  /** All of one object. False if one of them was refused: then it is known. */
  async #loadSet(programs: ReadonlySet<string>): Promise<boolean> {
    const { first, all } = this.#options.images;
    const isFirst = [...programs].every((program) => FIRST_PROGRAMS.has(program));
    let result = isFirst ? await this.#tryLoad(first, KERNEL_TYPES, programs) : -1;
    // What the reduced types lack (those of a module) libbpf finds in all of them.
    if (result < 0) result = await this.#tryLoad(isFirst ? first : all, ALL_TYPES, programs);
    if (result >= 0) return true;
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
