/**
 * The dispatcher of bpf/probes/dispatch.bpf.h: one program at the return of all system calls and those it goes on
 * with. Attaching and detaching a tracepoint takes milliseconds and waits for nobody, so it is done at once.
 */
import { type DispatcherForm, dispatcherForms, programsOf } from './dispatcher-forms.ts';
import { errnoName, type Native } from './native.ts';
import { LoadError, must } from './object.ts';
import type { Programs } from './programs.ts';

export class Dispatcher {
  readonly #native: Native;
  readonly #programs: Programs;
  readonly #forms: readonly DispatcherForm[];
  #form: DispatcherForm;
  #link: number | null = null;
  #refusal: string | null = null;
  readonly #entered = new Set<number>();

  /** @param functions those of TARGETS that the kernel has */
  constructor(native: Native, programs: Programs, functions: ReadonlySet<string>) {
    this.#native = native;
    this.#programs = programs;
    this.#forms = dispatcherForms(functions);
    this.#form = this.#forms[0]!;
  }

  /** To be loaded before it is prepared for these kinds of calls, with what else is needed first. */
  first(kinds: Iterable<number>): string[] {
    return programsOf(this.#forms[0]!, kinds);
  }

  /** Takes the first form that the kernel does not refuse, and of its programs those that it does not. */
  async prepare(kinds: ReadonlySet<number>): Promise<void> {
    for (const form of this.#forms) {
      this.#form = form;
      this.#refusal = await this.#hang(form, kinds);
      if (this.#refusal === null) break;
    }
    this.#enterLoaded();
  }

  /** Loads the programs of further kinds; default: all. Those that the kernel refuses are known then. */
  async load(kinds: Iterable<number> = this.#form.programs.keys()): Promise<void> {
    const programs = programsOf(this.#form, kinds).filter((program) => !this.#programs.isDecided(program));
    if (programs.length === 0) return;
    await this.#programs.orRefuse(
      programs,
      this.#programs.load(programs).then(() => true),
    );
    this.#enterLoaded();
  }

  #enterLoaded(): void {
    for (const [kind, program] of this.#form.programs)
      if (!this.#entered.has(kind) && this.#programs.isLoaded(program)) this.#enter(kind, program);
  }

  /** Why the kernel refuses this form, or null. */
  async #hang(form: DispatcherForm, kinds: ReadonlySet<number>): Promise<string | null> {
    const { dispatch, wake } = form;
    try {
      await this.#programs.load(programsOf(form, kinds));
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      return error.message;
    }
    if (wake === null) return this.#programs.refusal(dispatch);
    const refusal = this.#programs.refusal(dispatch) ?? this.#programs.refusal(wake);
    if (refusal !== null) return refusal;
    const link = await this.#native.async.saker_bpf_attach(this.#programs.handleOf(dispatch), dispatch, '');
    return link < 0 ? `cannot attach (${errnoName(link)})` : null;
  }

  /** Its programs that report, each with the object it is loaded in. */
  get loaded(): [program: string, handle: number][] {
    const { dispatch, programs } = this.#form;
    const loaded = [dispatch, ...programs.values()].filter((program) => this.#programs.isLoaded(program));
    return loaded.map((program) => [program, this.#programs.handleOf(program)]);
  }

  get isAttached(): boolean {
    return this.#link !== null;
  }

  /** Why it cannot carry calls of this kind, or null. */
  refusal(kind: number): string | null {
    return this.#refusal ?? this.#programs.refusal(this.#form.programs.get(kind)!);
  }

  #enter(kind: number, program: string): void {
    const native = this.#native;
    const { map } = this.#form;
    const handle = this.#programs.handleOf(program);
    const fd = must(native, native.saker_bpf_program_fd(handle, program), `find program ${program}`);
    const [key, value] = [new Uint8Array(4), new Uint8Array(4)];
    new DataView(key.buffer).setUint32(0, kind, true);
    new DataView(value.buffer).setUint32(0, fd, true);
    must(
      native,
      native.saker_bpf_map_update(this.#programs.maps, map, key, key.length, value, value.length),
      `enter ${program} into the dispatcher`,
    );
    this.#entered.add(kind);
  }

  /** The program whose link lets it see calls. */
  get #switch(): string {
    return this.#form.wake ?? this.#form.dispatch;
  }

  attach(): void {
    if (this.#link !== null || this.#refusal !== null) return;
    const link = this.#native.saker_bpf_attach(this.#programs.handleOf(this.#switch), this.#switch, '');
    if (link < 0) this.#refusal = `cannot attach (${errnoName(link)})`;
    else this.#link = link;
  }

  detach(): void {
    if (this.#link !== null) this.#native.saker_bpf_detach(this.#programs.handleOf(this.#switch), this.#link);
    this.#link = null;
  }
}
