/**
 * What is attached, and what it says about itself. Which hooks that are follows the rules, at start and after a
 * reload; what the kernel refuses costs its own events and nothing else.
 *
 *   want ─▶ the dispatcher reports at once ─▶ [thread of the pool] programs are loaded and attached, call by call
 *        ─▶ both report ─▶ the programs alone; the dispatcher goes when no call needs it
 *
 * The kernel may hold up an attachment for as long as it likes (before 6.9: while a container cannot end), so this
 * thread never waits for one.
 */
import { constants } from 'node:os';
import type { RecordPart } from '../schema/record-parts.ts';
import { Carriers, callsOf, describeCall } from './carriers.ts';
import { Dispatcher } from './dispatcher.ts';
import { DISPATCHER_PROGRAMS, describe, type Hook } from './hooks.ts';
import { errnoName, type Native } from './native.ts';
import { enableTypes, LoadError, must, type ObjectOptions, writeCarriers } from './object.ts';
import { type HookPlan, planHooks } from './plan.ts';
import { type Place, stateOfTypes, type TypeState } from './probes-state.ts';
import { Programs } from './programs.ts';
import { type ProgramFacts, readCounts, readFacts, readIterator, type TypeCount } from './readings.ts';
import { kernelSymbols } from './symbols.ts';

export interface ProbesState {
  /** Of the wanted types. */
  readonly types: readonly TypeState[];
  readonly attached: number;
  readonly pending: number;
  /** Whether every system call of the host passes the dispatcher. */
  readonly dispatching: boolean;
  /** What the kernel has not come back from for long. */
  readonly blocked: { readonly what: string; readonly seconds: number } | null;
}

export interface Notice {
  readonly priority: 'Informational' | 'Warning';
  readonly text: string;
}

export interface Probes {
  readonly ringFd: number;
  readonly ringBytes: number;
  /** Hooks that are attached or, for iterators, loaded. */
  readonly active: readonly string[];
  /** Event types that somebody reports now. */
  readonly carried: ReadonlySet<string>;
  /**
   * Reports these types from now on and no others (but process life), with these parts. What is not attached yet comes,
   * and what is no longer needed goes, in the background.
   */
  want(types: ReadonlySet<string>, parts: ReadonlySet<RecordPart>): void;
  /** Resolves when there is nothing left to do in the background. */
  settled(): Promise<void>;
  state(): ProbesState;
  /** Events sent and lost since the start, for each event type. */
  counts(): TypeCount[];
  facts(): ProgramFacts[];
  /** Every living process: records of type `task`, one after the other. Empty if the iterator is missing. */
  readTasks(): Uint8Array;
  /** Detaches and unloads. Kernels 6.1 and 6.12 take about 0.15 s for each fexit program. */
  close(): Promise<void>;
}

export interface ProbesOptions extends ObjectOptions {
  /** What kernelFunctions() found. */
  readonly functions: ReadonlySet<string>;
  /** Told what only the work in the background brings to light. */
  readonly onNotice: (notice: Notice) => void;
  /** Leaves all calls to the dispatcher: for tests of it. */
  readonly dispatcherOnly?: boolean;
}

/** One attachment takes milliseconds, on 6.1 to 6.12 up to 0.2 s. */
const BLOCKED_AFTER_MS = 5000;
/** At the end, what is under way gets this long. */
const CLOSE_MS = 1000;

const TAX = 'every system call of this host pays for it';

interface Attached {
  readonly hook: Hook;
  readonly handle: number;
  /** null for iterators. */
  readonly link: number | null;
}

/**
 * Loads and attaches process life and the dispatcher; then the wanted types are reported.
 * @param wanted event types that rules name
 * @param parts what records carry beside the usual
 * @throws LoadError when nothing can be loaded; `explainFailure` turns it into words
 */
export async function startProbes(
  native: Native,
  wanted: ReadonlySet<string>,
  parts: ReadonlySet<RecordPart>,
  options: ProbesOptions,
): Promise<Probes> {
  const probes = new AttachedProbes(native, options);
  try {
    await probes.start(wanted, parts);
  } catch (error) {
    await probes.close();
    throw error;
  }
  return probes;
}

class AttachedProbes implements Probes {
  readonly #native: Native;
  readonly #options: ProbesOptions;
  readonly #programs: Programs;
  readonly #attached = new Map<string, Attached>();
  /** Hook → why it could not be attached. */
  readonly #failed = new Map<string, string>();
  readonly #carriers = new Carriers();
  readonly #said = new Set<string>();
  #dispatcher: Dispatcher | null = null;
  #plan: HookPlan;
  /** Of the plan's absent groups those whose calls exist all the same; null until that is known. */
  #hookless: ReadonlySet<readonly Hook[]> | null = null;
  #work: Promise<void> | null = null;
  #changed = false;
  #closed = false;
  #wake: () => void = () => {};
  #under: { readonly what: string; readonly since: number } | null = null;

  constructor(native: Native, options: ProbesOptions) {
    this.#native = native;
    this.#options = options;
    this.#programs = new Programs(native, options);
    this.#plan = planHooks(new Set(), options.functions);
  }

  async start(wanted: ReadonlySet<string>, parts: ReadonlySet<RecordPart>): Promise<void> {
    const plan = planHooks(wanted, this.#options.functions);
    const first = plan.hooks.filter(({ always, dispatch }) => always && dispatch === undefined);
    await this.#load(plan, first, DISPATCHER_PROGRAMS);
    for (const hook of first) await this.#attach(plan, hook);
    this.#dispatcher = new Dispatcher(this.#native, this.#programs);
    this.want(wanted, parts);
  }

  get ringFd(): number {
    return must(this.#native, this.#native.saker_bpf_map_fd(this.#programs.maps, 'ring'), 'find the ring');
  }

  get ringBytes(): number {
    return this.#options.ringBytes;
  }

  get active(): readonly string[] {
    return [...this.#attached.keys()];
  }

  get carried(): ReadonlySet<string> {
    const seen = this.state().types.filter(({ parts }) => parts.some(({ tier }) => tier !== 'none'));
    return new Set(seen.map(({ type }) => type));
  }

  want(types: ReadonlySet<string>, parts: ReadonlySet<RecordPart>): void {
    const plan = planHooks(types, this.#options.functions);
    this.#plan = plan;
    this.#hookless = plan.absent.length === 0 ? new Set() : null;
    const hooks = [...plan.hooks, ...plan.absent.map((group) => group.at(-1)!)];
    this.#carriers.want(hooks.flatMap(callsOf));
    for (const hook of hooks) if (this.#undispatchable(hook) !== null) this.#carriers.leave(callsOf(hook));
    if (this.#carriers.dispatched.length > 0) this.#dispatcher?.attach();
    this.#writeCarriers();
    enableTypes(this.#native, this.#programs.maps, plan.types, parts);
    for (const { program, reason } of plan.missing) this.#say('Warning', `${program}: ${reason}`);
    this.#changed = true;
    this.#wake();
    this.#work ??= this.#workOff().catch((error: Error) => {
      this.#work = null;
      this.#say('Warning', `no more hooks are attached, please report it: ${error.stack}`);
    });
  }

  async settled(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  /** Why the dispatcher cannot carry the calls of a hook, or null. */
  #undispatchable({ dispatch }: Hook): string | null {
    if (dispatch === undefined) return 'not a system call';
    return this.#dispatcher?.refusal(dispatch.kind) ?? null;
  }

  async #workOff(): Promise<void> {
    while (this.#changed && !this.#closed) {
      this.#changed = false;
      while (!this.#closed && (await this.#step(this.#plan)));
    }
    this.#work = null;
  }

  /** One thing that is to be done, the most urgent first; false if there is none. */
  async #step(plan: HookPlan): Promise<boolean> {
    if (!this.#options.dispatcherOnly) {
      if (await this.#load(plan, plan.hooks).catch((error) => this.#refuse(plan, error))) return true;
      const next = plan.hooks.find(
        (hook) => this.#choose(plan, hook) !== undefined && !this.#isAttached(hook),
      );
      if (next !== undefined) return this.#attach(plan, next);
      if (await this.#findHookless(plan)) return true;
    }
    return (await this.#handOver()) || (await this.#detachNext(plan));
  }

  /** The hook, or the first of its fallbacks that the kernel takes. */
  #choose(plan: HookPlan, hook: Hook): Hook | undefined {
    let choice: Hook | undefined = hook;
    while (choice !== undefined && this.#problem(choice) !== null) choice = plan.fallback.get(choice.name);
    return choice;
  }

  #problem({ name, program }: Hook): string | null {
    return this.#programs.refusal(program) ?? this.#failed.get(name) ?? null;
  }

  #isAttached(hook: Hook): boolean {
    const choice = this.#choose(this.#plan, hook);
    return choice !== undefined && this.#attached.has(choice.name);
  }

  /** Loads what these hooks need; false if nothing was to be loaded. */
  async #load(plan: HookPlan, hooks: readonly Hook[], more: readonly string[] = []): Promise<boolean> {
    const choices = hooks.flatMap((hook) => this.#choose(plan, hook) ?? []);
    const programs = new Set([...more, ...choices.map(({ program }) => program)]);
    const missing = [...programs].filter((program) => !this.#programs.isDecided(program));
    if (missing.length === 0) return false;
    await this.#programs.load(missing);
    for (const hook of choices) this.#sayProblem(hook);
    // What was refused has fallbacks.
    await this.#load(plan, hooks, more);
    return true;
  }

  /** Nothing loads any more: what is not there goes on with the dispatcher. */
  #refuse(plan: HookPlan, error: unknown): boolean {
    if (!(error instanceof LoadError)) throw error;
    for (const { program } of [...plan.hooks, ...plan.fallback.values()])
      this.#programs.refuse(program, error.message);
    return true;
  }

  async #attach(plan: HookPlan, planned: Hook): Promise<boolean> {
    const hook = this.#choose(plan, planned);
    if (hook === undefined) return false;
    let link = hook.iterator ? null : await this.#link(hook);
    // Old kernels (5.10) attach a fexit program once and never again.
    if (link === -constants.errno.ENOENT && (await this.#programs.again(hook.program)))
      link = await this.#link(hook);
    if (link !== null && link < 0) this.#failed.set(hook.name, `cannot attach (${errnoName(link)})`);
    else {
      this.#attached.set(hook.name, { hook, handle: this.#programs.handleOf(hook.program), link });
      if (this.#carriers.ready(this.#readyCalls(), performance.now())) this.#writeCarriers();
    }
    this.#sayProblem(hook);
    return true;
  }

  #link({ program, fprobe, target, name }: Hook): Promise<number> {
    const handle = this.#programs.handleOf(program);
    const place = fprobe ? (target ?? '') : '';
    return this.#patiently(`attach ${name}`, this.#native.async.saker_bpf_attach(handle, program, place));
  }

  /** Calls all of whose hooks are attached. */
  #readyCalls(): Set<ReturnType<typeof callsOf>[number]> {
    const { hooks, absent } = this.#plan;
    const ready = new Set(hooks.filter((hook) => this.#isAttached(hook)).flatMap(callsOf));
    const hookless = absent.filter((group) => this.#hookless?.has(group) !== false).map((g) => g.at(-1)!);
    for (const hook of [...hooks.filter((hook) => !this.#isAttached(hook)), ...hookless])
      for (const call of callsOf(hook)) ready.delete(call);
    return ready;
  }

  /** A kernel may lack the function because it lacks the system call: then there is nothing to carry. */
  async #findHookless(plan: HookPlan): Promise<boolean> {
    if (this.#hookless !== null) return false;
    const symbolOf = (group: readonly Hook[]): string => group.at(-1)?.dispatch?.symbol ?? '';
    const symbols = await kernelSymbols(new Set(plan.absent.map(symbolOf)));
    if (plan !== this.#plan) return true;
    const hookless = new Set(plan.absent.filter((group) => symbols.has(symbolOf(group))));
    this.#hookless = hookless;
    const others = new Set([...plan.hooks, ...[...hookless].map((g) => g.at(-1)!)].flatMap(callsOf));
    for (const group of plan.absent) {
      const hook = group.at(-1)!;
      if (!hookless.has(group)) this.#carriers.leave(callsOf(hook).filter((call) => !others.has(call)));
      if (!hookless.has(group))
        this.#say('Informational', `this kernel has no system call ${describe(hook)}: nothing to see`);
    }
    this.#carriers.ready(this.#readyCalls(), performance.now());
    this.#writeCarriers();
    return true;
  }

  /** Waits for calls that were under way when their programs came; then those report alone. */
  async #handOver(): Promise<boolean> {
    const remaining = this.#carriers.remaining(performance.now());
    if (remaining === null) {
      this.#endDispatching();
      return false;
    }
    if (remaining > 0) await this.#pause(remaining);
    else {
      this.#carriers.settle();
      this.#writeCarriers();
    }
    return true;
  }

  #endDispatching(): void {
    const calls = this.#carriers.dispatched.map(describeCall);
    if (calls.length === 0) this.#dispatcher?.detach();
    else if (!this.#options.dispatcherOnly)
      this.#say('Warning', `${TAX}: no hook of their own have ${calls.join(', ')}`);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What is unwanted is silent already. */
  async #detachNext(plan: HookPlan): Promise<boolean> {
    const kept = new Set(plan.hooks.map((hook) => this.#choose(plan, hook)?.name));
    const name = this.active.findLast((active) => !kept.has(active));
    const attached = this.#attached.get(name ?? '');
    if (name === undefined || attached === undefined) return false;
    this.#attached.delete(name);
    const { handle, link } = attached;
    if (link !== null)
      await this.#patiently(`detach ${name}`, this.#native.async.saker_bpf_detach(handle, link));
    return true;
  }

  /** Waits for the kernel, and says so when it takes long. */
  async #patiently(what: string, job: Promise<number>): Promise<number> {
    this.#under = { what, since: performance.now() };
    const why = 'kernels before 6.9 wait for containers that cannot end';
    const timer = setTimeout(() => {
      this.#options.onNotice({
        priority: 'Warning',
        text: `the kernel does not ${what} for now (${why}); events come by the tracepoint until it does`,
      });
    }, BLOCKED_AFTER_MS);
    const result = await job;
    clearTimeout(timer);
    const seconds = Math.round((performance.now() - this.#under.since) / 1000);
    this.#under = null;
    if (seconds * 1000 >= BLOCKED_AFTER_MS)
      this.#options.onNotice({
        priority: 'Informational',
        text: `${what}: the kernel went on after ${seconds} s`,
      });
    return result;
  }

  #sayProblem(hook: Hook): void {
    const problem = this.#problem(hook);
    if (problem === null || this.#plan.fallback.has(hook.name)) return;
    const what = this.#undispatchable(hook) === null ? `comes by the tracepoint, ${TAX}` : 'not seen';
    this.#say('Warning', `${hook.name}: ${problem}: ${describe(hook)} ${what}`);
  }

  /** Each once. */
  #say(priority: Notice['priority'], text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#options.onNotice({ priority, text });
  }

  #writeCarriers(): void {
    writeCarriers(this.#native, this.#programs.maps, this.#carriers.bytes);
  }

  state(): ProbesState {
    const { hooks, absent, types } = this.#plan;
    const planned = hooks.map((hook): Place => {
      const choice = this.#choose(this.#plan, hook) ?? hook;
      return { hook: choice, isAttached: this.#attached.has(choice.name), reason: this.#problem(choice) };
    });
    const without = absent
      .filter((group) => this.#hookless?.has(group) !== false)
      .map(
        (group): Place => ({
          hook: group.at(-1)!,
          isAttached: false,
          reason: 'no hook of its own on this kernel',
        }),
      );
    const under = this.#under;
    const seconds = under === null ? 0 : (performance.now() - under.since) / 1000;
    return {
      types: stateOfTypes(types, [...planned, ...without], this.#carriers),
      attached: planned.filter(({ isAttached }) => isAttached).length,
      pending: planned.filter(({ isAttached, reason }) => !isAttached && reason === null).length,
      dispatching: this.#dispatcher?.isAttached ?? false,
      blocked: under !== null && seconds * 1000 >= BLOCKED_AFTER_MS ? { what: under.what, seconds } : null,
    };
  }

  counts(): TypeCount[] {
    return readCounts(this.#native, this.#programs.maps);
  }

  facts(): ProgramFacts[] {
    const programs = new Map([...this.#attached.values()].map(({ hook, handle }) => [hook.program, handle]));
    const dispatcher = this.#dispatcher?.loaded ?? [];
    return [...programs, ...dispatcher].map(([program, handle]) => readFacts(this.#native, handle, program));
  }

  readTasks(): Uint8Array {
    const dump = this.#attached.get('task_dump');
    return dump === undefined
      ? new Uint8Array(0)
      : readIterator(this.#native, dump.handle, dump.hook.program);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    this.#dispatcher?.detach();
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.settled(), late]);
    await this.#programs.close(this.#work !== null);
  }
}
