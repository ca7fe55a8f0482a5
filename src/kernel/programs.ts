/**
 * Programs in the kernel, loaded when first wanted. What a reload adds comes from a further copy of the object that
 * uses the maps of the first: loading all programs at start costs seconds, and most rules need few.
 */
import { constants } from 'node:os';
import type { Hook } from './hooks.ts';
import { errnoName, type Native } from './native.ts';
import { LoadError, type ObjectOptions, openObject, takeLog } from './object.ts';
import type { HookPlan } from './plan.ts';

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

  constructor(native: Native, options: ObjectOptions) {
    this.#native = native;
    this.#options = options;
  }

  /** Handle of the object that owns the maps. */
  get maps(): number {
    return this.#handles[0]!;
  }

  handleOf(program: string): number {
    return this.#loaded.get(program)!;
  }

  /** Why the kernel refused a program; null if it did not. */
  refusal(program: string): string | null {
    return this.#refused.get(program) ?? null;
  }

  /**
   * Loads what the plan needs and is not loaded.
   * @returns for each hook of the plan the one to use: itself or a fallback, undefined if all were refused
   * @throws LoadError when not even one program loads, or the fault is not that of a program
   */
  load(plan: HookPlan): { planned: Hook; hook: Hook | undefined }[] {
    for (;;) {
      const choices = plan.hooks.map((planned) => ({ planned, hook: this.#usable(planned, plan) }));
      const needed = choices.flatMap(({ hook }) => (hook === undefined ? [] : hook.program));
      const programs = new Set(needed.filter((program) => !this.#loaded.has(program)));
      if (programs.size === 0 || this.#loadSet(programs)) return choices;
    }
  }

  /** The hook, or the first of its fallbacks whose program is not refused. */
  #usable(hook: Hook, plan: HookPlan): Hook | undefined {
    let choice: Hook | undefined = hook;
    while (choice !== undefined && this.#refused.has(choice.program)) choice = plan.fallback.get(choice.name);
    return choice;
  }

  /** Loads one more copy of a program; false if the kernel refuses it. */
  again(program: string): boolean {
    return this.#loadSet(new Set([program]));
  }

  /** False if one of them was refused: then it is known, and nothing of the set is loaded. */
  #loadSet(programs: ReadonlySet<string>): boolean {
    const handle = openObject(this.#native, programs, this.#handles[0] ?? null, this.#options);
    takeLog(this.#native);
    const result = this.#native.saker_bpf_load(handle);
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

  /** Detaches and unloads all. */
  close(): void {
    for (const handle of this.#handles.reverse()) this.#native.saker_bpf_close(handle);
    this.#handles.length = 0;
  }
}
