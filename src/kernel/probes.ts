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
import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_OPEN, type OpenGuard } from '../schema/open-guard.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import { Alarm } from './alarm.ts';
import { Attacher } from './attacher.ts';
import { type Call, Carriers, callsOf, describeCall } from './carriers.ts';
import { Dispatcher } from './dispatcher.ts';
import { encodeGuard } from './guard-tables.ts';
import { describe, type Hook, LIFE_PROGRAMS } from './hooks.ts';
import type { Native } from './native.ts';
import { blockedNotice, describeDispatched, TAX } from './notices.ts';
import { enableTypes, must, type Switch, stillHolds, writeCarriers, writeGuard } from './object.ts';
import { dispatchable, type HookPlan, kindsOf, planHooks } from './plan.ts';
import type { Notice, Probes, ProbesOptions, ProbesState } from './probes-api.ts';
import { stateOfTypes } from './probes-state.ts';
import { type ProgramFacts, readCounts, readFacts, readIterator, type TypeCount } from './readings.ts';
import { kernelSymbols } from './symbols.ts';

/** Attaching takes milliseconds. */
const LOOK_AGAIN_MS = 10;
/** What detaches while the dispatcher reports gets this long: the manager of services waits for a minute in all. */
const RETIRE_MS = 20_000;
/** At the end, what is under way gets this long. */
const CLOSE_MS = 1000;

export class AttachedProbes implements Probes {
  readonly #native: Native;
  readonly #options: ProbesOptions;
  readonly #attacher: Attacher;
  readonly #carriers = new Carriers();
  readonly #said = new Set<string>();
  /** Types that were ever wanted. */
  readonly #counted = new Set<string>();
  readonly #dispatcher: Dispatcher;
  #plan: HookPlan;
  /** Of the plan's absent groups those whose calls exist all the same; null until that is known. */
  #hookless: ReadonlySet<Hook> | null = null;
  #work: Promise<void> | null = null;
  #changed = false;
  /** Of what is wanted; the last one counts. */
  #turn = 0;
  #retiring = false;
  #closed = false;
  readonly #alarm = new Alarm();
  #enabled: Switch | null = null;
  #guard: Switch | null = null;
  #guardAt = 1;
  #carried: Switch | null = null;

  constructor(native: Native, options: ProbesOptions) {
    this.#native = native;
    this.#options = options;
    this.#attacher = new Attacher(native, options, (blocked, isOver) =>
      options.onNotice(blockedNotice(blocked, isOver)),
    );
    this.#dispatcher = new Dispatcher(native, this.#attacher.programs, options.functions);
    this.#plan = planHooks(new Set(), options.functions);
  }

  /** Process life; whatever the rules are. */
  #life(iterator: boolean): Hook[] {
    return this.#plan.hooks.filter(
      (hook) => LIFE_PROGRAMS.includes(hook.program) && (hook.iterator ?? false) === iterator,
    );
  }

  async prepare(): Promise<void> {
    const usual = kindsOf(dispatchable(this.#plan));
    await this.#attacher.load(this.#plan, this.#life(false), this.#dispatcher.first(usual));
    await this.#dispatcher.prepare(usual);
  }

  async start(
    wanted: ReadonlySet<string>,
    parts: ReadonlySet<RecordPart>,
    opens: OpenGuard = ANY_OPEN,
  ): Promise<void> {
    const plan = planHooks(wanted, this.#options.functions);
    await this.#dispatcher.load(kindsOf(dispatchable(plan)));
    for (const hook of this.#life(false)) await this.#attach(this.#plan, hook);
    this.#report(plan, parts, opens);
    this.#options.onFlow?.();
    // Processes that were there before are told next: their events wait in the ring.
    await this.#attacher.load(this.#plan, this.#life(true));
    for (const hook of this.#life(true)) await this.#attach(this.#plan, hook);
    this.#workOn();
  }

  /** Handle of the object that owns the maps. */
  get #maps(): number {
    return this.#attacher.programs.maps;
  }

  get ringFd(): number {
    return must(this.#native, this.#native.saker_bpf_map_fd(this.#maps, 'ring'), 'find the ring');
  }

  get ringBytes(): number {
    return this.#options.ringBytes;
  }

  get active(): readonly string[] {
    return [...this.#attacher.attached.keys()];
  }

  get carried(): ReadonlySet<string> {
    const seen = this.state().types.filter(({ parts }) => parts.some(({ tier }) => tier !== 'none'));
    return new Set(seen.map(({ type }) => type));
  }

  async want(
    types: ReadonlySet<string>,
    parts: ReadonlySet<RecordPart>,
    opens: OpenGuard = ANY_OPEN,
  ): Promise<void> {
    const plan = planHooks(types, this.#options.functions);
    const turn = ++this.#turn;
    await this.#dispatcher.load(kindsOf(dispatchable(plan)));
    if (turn !== this.#turn) return;
    this.#report(plan, parts, opens);
    this.#workOn();
  }

  #report(plan: HookPlan, parts: ReadonlySet<RecordPart>, opens: OpenGuard): void {
    const hooks = dispatchable(plan);
    this.#plan = plan;
    this.#hookless = plan.absent.length === 0 ? new Set() : null;
    this.#carriers.want(hooks.flatMap(callsOf));
    for (const hook of hooks) if (this.#undispatchable(hook) !== null) this.#carriers.leave(callsOf(hook));
    if (this.#carriers.dispatched.length > 0) this.#dispatcher.attach();
    this.#writeCarriers();
    this.#enable(plan, parts, opens);
    for (const type of plan.types) this.#counted.add(type);
    for (const { program, reason } of plan.missing) this.#say('Warning', `${program}: ${reason}`);
  }

  /** The tables of names that nobody asks are filled first; then all changes at once. */
  #enable({ types }: HookPlan, parts: ReadonlySet<RecordPart>, opens: OpenGuard): void {
    const tables = encodeGuard(opens);
    this.#guardAt = 1 - this.#guardAt;
    this.#guard = writeGuard(this.#native, this.#maps, this.#guardAt, tables.bytes);
    this.#enabled = enableTypes(this.#native, this.#maps, types, parts, tables.asked(this.#guardAt));
  }

  #workOn(): void {
    this.#changed = true;
    this.#alarm.ring();
    this.#work ??= this.#workOff().catch((error: Error) => {
      this.#work = null;
      this.#say('Warning', `no more hooks are attached, please report it: ${error.stack}`);
    });
  }

  async settled(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  async complete(): Promise<void> {
    const isOpen = (): boolean => this.#work !== null && this.#attacher.isUrgentOpen(this.#plan);
    while (isOpen() && this.#attacher.blocked === null) await sleep(LOOK_AGAIN_MS);
  }

  /** Why the dispatcher cannot carry the calls of a hook, or null. */
  #undispatchable({ dispatch }: Hook): string | null {
    if (dispatch === undefined) return 'not a system call';
    return this.#dispatcher.refusal(dispatch.kind);
  }

  async #workOff(): Promise<void> {
    // A reload finds the dispatcher ready for every kind of call, however long the work that follows takes.
    await this.#dispatcher.load();
    while (this.#changed && !this.#closed) {
      this.#changed = false;
      while (!this.#closed && (await this.#step(this.#plan)));
    }
    this.#work = null;
  }

  /** One thing that is to be done, the most urgent first; false if there is none. */
  async #step(plan: HookPlan): Promise<boolean> {
    if (this.#retiring) return this.#detachNext(plan);
    if (!this.#options.dispatcherOnly) {
      if (await this.#attacher.loadMore(plan)) {
        for (const hook of [...plan.hooks, ...plan.fallback.values()]) this.#sayProblem(hook);
        return true;
      }
      const next = this.#attacher.next(plan);
      if (next !== undefined) return this.#attach(plan, next);
      if (await this.#findHookless(plan)) return true;
    }
    return (await this.#handOver()) || (await this.#detachNext(plan));
  }

  async #attach(plan: HookPlan, planned: Hook): Promise<boolean> {
    const hook = this.#attacher.choose(plan, planned);
    if (hook === undefined) return false;
    await this.#attacher.attach(hook);
    if (this.#carriers.ready(this.#readyCalls(), performance.now())) this.#writeCarriers();
    this.#sayProblem(hook);
    return true;
  }

  /** Calls all of whose hooks are attached. */
  #readyCalls(): Set<Call> {
    const { hooks } = this.#plan;
    const attached = new Set(hooks.filter((hook) => this.#attacher.has(this.#plan, hook)));
    const ready = new Set([...attached].flatMap(callsOf));
    for (const hook of [...hooks, ...this.#hooklessOf(this.#plan)])
      if (!attached.has(hook)) for (const call of callsOf(hook)) ready.delete(call);
    return ready;
  }

  /** Hooks that never come, though their calls may. */
  #hooklessOf({ absent, spared }: HookPlan): Hook[] {
    return [...absent.filter((hook) => this.#hookless?.has(hook) !== false), ...spared];
  }

  /** A kernel may lack the function because it lacks the system call: then there is nothing to carry. */
  async #findHookless(plan: HookPlan): Promise<boolean> {
    if (this.#hookless !== null) return false;
    const symbolOf = ({ dispatch }: Hook): string => dispatch?.symbol ?? '';
    const symbols = await kernelSymbols(new Set(plan.absent.map(symbolOf)));
    if (plan !== this.#plan) return true;
    this.#hookless = new Set(plan.absent.filter((hook) => symbols.has(symbolOf(hook))));
    const others = new Set([...plan.hooks, ...this.#hooklessOf(plan)].flatMap(callsOf));
    for (const hook of plan.absent.filter((hook) => !symbols.has(symbolOf(hook)))) {
      this.#carriers.leave(callsOf(hook).filter((call) => !others.has(call)));
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
    if (remaining > 0) await this.#alarm.pause(remaining);
    else {
      this.#carriers.settle();
      this.#writeCarriers();
    }
    return true;
  }

  #endDispatching(): void {
    const calls = this.#carriers.dispatched.map(describeCall);
    if (calls.length === 0) this.#dispatcher.detach();
    else if (!this.#options.dispatcherOnly) this.#say('Warning', describeDispatched(calls));
  }

  /** What is unwanted is silent already, and what retires as well. */
  async #detachNext(plan: HookPlan): Promise<boolean> {
    const wanted = plan.hooks.filter((hook) => !this.#retiring || this.#undispatchable(hook) !== null);
    const kept = new Set(wanted.map((hook) => this.#attacher.choose(plan, hook)?.name));
    const unwanted = [...this.#attacher.attached.values()].findLast(({ hook }) => !kept.has(hook.name));
    if (unwanted !== undefined) await this.#attacher.detach(unwanted);
    return unwanted !== undefined;
  }

  #sayProblem(hook: Hook): void {
    const problem = this.#attacher.problem(hook);
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
    this.#carried = writeCarriers(this.#native, this.#maps, this.#carriers.bytes);
  }

  tampered(): string[] {
    const changed = [this.#enabled, this.#guard, this.#carried].filter(
      (written) => written !== null && !stillHolds(this.#native, this.#maps, written),
    );
    return [...this.#attacher.lost(), ...changed.map((written) => `map ${written?.map}`)];
  }

  state(): ProbesState {
    const planned = this.#attacher.places(this.#plan);
    const reason = 'has no hook of its own';
    const without = this.#hooklessOf(this.#plan).map((hook) => ({ hook, isAttached: false, reason }));
    return {
      types: stateOfTypes(this.#plan.types, [...planned, ...without], this.#carriers),
      attached: planned.filter(({ isAttached }) => isAttached).length,
      pending: planned.filter(({ isAttached, reason }) => !isAttached && reason === null).length,
      dispatching: this.#dispatcher.isAttached,
      blocked: this.#attacher.blocked,
    };
  }

  counts(): TypeCount[] {
    return readCounts(this.#native, this.#maps, this.#counted);
  }

  facts(): ProgramFacts[] {
    const dispatcher = this.#dispatcher.loaded;
    return [
      ...this.#attacher.facts(),
      ...dispatcher.map(([program, handle]) => readFacts(this.#native, handle, program)),
    ];
  }

  readTasks(): Uint8Array {
    const dump = this.#attacher.attached.get('task_dump');
    return dump === undefined
      ? new Uint8Array(0)
      : readIterator(this.#native, dump.handle, dump.hook.program);
  }

  async retire(): Promise<void> {
    if (this.#attacher.blocked !== null) return;
    this.#dispatcher.attach();
    if (!this.#dispatcher.isAttached) return;
    this.#retiring = true;
    this.#carriers.giveBack();
    this.#writeCarriers();
    this.#workOn();
    await Promise.race([this.settled(), sleep(RETIRE_MS, undefined, { ref: false })]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.ring();
    this.#dispatcher.detach();
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.settled(), late]);
    await this.#attacher.programs.close(this.#work !== null);
  }
}
