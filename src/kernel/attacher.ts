/**
 * Loads, attaches and detaches hooks on a thread of the pool, one at a time: the kernel may hold up an attachment for
 * as long as it likes (before 6.9: while a container cannot end).
 */
import { constants } from 'node:os';
import type { Hook } from './hooks.ts';
import { errnoName, type Native } from './native.ts';
import type { ObjectOptions } from './object.ts';
import type { HookPlan } from './plan.ts';
import type { Place } from './probes-state.ts';
import { Programs } from './programs.ts';
import { type ProgramFacts, readFacts } from './readings.ts';

/** One attachment takes milliseconds, on 6.1 to 6.12 up to 0.2 s. */
const BLOCKED_AFTER_MS = 5000;

export interface Attached {
  readonly hook: Hook;
  readonly handle: number;
  /** null for iterators. */
  readonly link: number | null;
  /** The kernel's id of the link, when it could be had. */
  readonly id: number | null;
}

export interface Blocked {
  readonly what: string;
  readonly seconds: number;
}

export class Attacher {
  readonly programs: Programs;
  /** By name of the hook. */
  readonly attached: ReadonlyMap<string, Attached>;
  readonly #attached = new Map<string, Attached>();
  /** Hook → why it could not be attached. */
  readonly #failed = new Map<string, string>();
  readonly #native: Native;
  readonly #onBlocked: (blocked: Blocked, isOver: boolean) => void;
  #under: { readonly what: string; readonly since: number } | null = null;

  /** @param onBlocked told when the kernel does not come back for long, and when it has */
  constructor(
    native: Native,
    options: ObjectOptions,
    onBlocked: (blocked: Blocked, isOver: boolean) => void,
  ) {
    this.#native = native;
    this.programs = new Programs(native, options);
    this.attached = this.#attached;
    this.#onBlocked = onBlocked;
  }

  /** Why a hook is not to be had, as far as that is known. */
  problem({ name, program }: Hook): string | null {
    return this.programs.refusal(program) ?? this.#failed.get(name) ?? null;
  }

  /** The hook, or the first of its fallbacks that the kernel takes. */
  choose(plan: HookPlan, hook: Hook): Hook | undefined {
    let choice: Hook | undefined = hook;
    while (choice !== undefined && this.problem(choice) !== null) choice = plan.fallback.get(choice.name);
    return choice;
  }

  has(plan: HookPlan, hook: Hook): boolean {
    const choice = this.choose(plan, hook);
    return choice !== undefined && this.#attached.has(choice.name);
  }

  /** What became of the plan's hooks. */
  places(plan: HookPlan): Place[] {
    return plan.hooks.map((planned) => {
      const hook = this.choose(plan, planned) ?? planned;
      return { hook, isAttached: this.#attached.has(hook.name), reason: this.problem(hook) };
    });
  }

  #open(plan: HookPlan): Hook[] {
    return plan.hooks.filter((hook) => this.choose(plan, hook) !== undefined && !this.has(plan, hook));
  }

  /** A hook of the plan that is neither there nor given up. Those that the dispatcher cannot stand in for come first. */
  next(plan: HookPlan): Hook | undefined {
    const open = this.#open(plan);
    return open.find(({ dispatch }) => dispatch === undefined) ?? open[0];
  }

  /** Is something to come that nothing stands in for until then? */
  isUrgentOpen(plan: HookPlan): boolean {
    return this.#open(plan).some(({ dispatch }) => dispatch === undefined);
  }

  /**
   * Loads what these hooks need; false if nothing was to be loaded.
   * @param more further programs
   * @throws LoadError when nothing can be loaded at all
   */
  async load(plan: HookPlan, hooks: readonly Hook[], more: readonly string[] = []): Promise<boolean> {
    for (let loaded = false; ; loaded = true) {
      // What was refused has fallbacks.
      const choices = hooks.flatMap((hook) => this.choose(plan, hook) ?? []);
      const programs = new Set([...more, ...choices.map(({ program }) => program)]);
      const missing = [...programs].filter((program) => !this.programs.isDecided(program));
      if (missing.length === 0) return loaded;
      await this.programs.load(missing);
    }
  }

  /** The same when something works already: that nothing loads is then the fault of each program. */
  loadMore(plan: HookPlan): Promise<boolean> {
    const all = [...plan.hooks, ...plan.fallback.values()].map(({ program }) => program);
    // The verifier takes its time over hundreds of programs, so what nothing stands in for is loaded and attached first.
    const urgent = this.#open(plan).filter(({ dispatch }) => dispatch === undefined);
    return this.programs.orRefuse(all, this.load(plan, urgent.length > 0 ? urgent : plan.hooks));
  }

  /** Afterwards the hook is attached or has a problem. */
  async attach(hook: Hook): Promise<void> {
    let link = hook.iterator ? null : await this.#link(hook);
    // Old kernels (5.10) attach a fexit program once and never again.
    if (link === -constants.errno.ENOENT && (await this.programs.again(hook.program)))
      link = await this.#link(hook);
    const handle = this.programs.handleOf(hook.program);
    if (link !== null && link < 0) this.#failed.set(hook.name, `cannot attach (${errnoName(link)})`);
    else this.#attached.set(hook.name, { hook, handle, link, id: this.#idOf(handle, link) });
  }

  #idOf(handle: number, link: number | null): number | null {
    const id = link === null ? -1 : this.#native.saker_bpf_link_id(handle, link);
    return id > 0 ? id : null;
  }

  /** Hooks whose link is no longer the one that was attached: somebody closed or replaced it. */
  lost(): string[] {
    return [...this.#attached.values()]
      .filter(({ handle, link, id }) => id !== null && this.#idOf(handle, link) !== id)
      .map(({ hook }) => hook.name);
  }

  #link({ program, fprobe, target, name }: Hook): Promise<number> {
    const handle = this.programs.handleOf(program);
    const place = fprobe ? (target ?? '') : '';
    return this.#wait(`attach ${name}`, this.#native.async.saker_bpf_attach(handle, program, place));
  }

  async detach({ hook, handle, link }: Attached): Promise<void> {
    this.#attached.delete(hook.name);
    if (link !== null)
      await this.#wait(`detach ${hook.name}`, this.#native.async.saker_bpf_detach(handle, link));
  }

  /** What the kernel has not come back from for long. */
  get blocked(): Blocked | null {
    const under = this.#under;
    const ms = under === null ? 0 : performance.now() - under.since;
    return under === null || ms < BLOCKED_AFTER_MS ? null : { what: under.what, seconds: ms / 1000 };
  }

  async #wait(what: string, job: Promise<number>): Promise<number> {
    this.#under = { what, since: performance.now() };
    const tell = (isOver: boolean): void => {
      if (this.blocked !== null) this.#onBlocked(this.blocked, isOver);
    };
    const timer = setTimeout(tell, BLOCKED_AFTER_MS + 1, false);
    const result = await job;
    clearTimeout(timer);
    tell(true);
    this.#under = null;
    return result;
  }

  facts(): ProgramFacts[] {
    const programs = new Map([...this.#attached.values()].map(({ hook, handle }) => [hook.program, handle]));
    return [...programs].map(([program, handle]) => readFacts(this.#native, handle, program));
  }
}
