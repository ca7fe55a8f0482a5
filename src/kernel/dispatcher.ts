/**
 * The dispatcher of bpf/probes/dispatch.bpf.h: one program at the return of all system calls and those it goes on
 * with. Attaching and detaching a tracepoint takes milliseconds and waits for nobody, so it is done at once.
 */
import { DISPATCH, DISPATCHED, DISPATCHER_PROGRAMS } from './hooks.ts';
import { errnoName, type Native } from './native.ts';
import { must } from './object.ts';
import type { Programs } from './programs.ts';

export class Dispatcher {
  readonly #native: Native;
  readonly #programs: Programs;
  #link: number | null = null;
  #refusal: string | null = null;

  constructor(native: Native, programs: Programs) {
    this.#native = native;
    this.#programs = programs;
  }

  /** Takes the programs that the kernel did not refuse. */
  enterLoaded(): void {
    this.#refusal ??= this.#programs.refusal(DISPATCH);
    for (const [kind, program] of DISPATCHED)
      if (this.#programs.isLoaded(program)) this.#enter(kind, program);
  }

  /** Its programs, each with the object it is loaded in. */
  get loaded(): [program: string, handle: number][] {
    const programs = DISPATCHER_PROGRAMS.filter((program) => this.#programs.isLoaded(program));
    return programs.map((program) => [program, this.#programs.handleOf(program)]);
  }

  get isAttached(): boolean {
    return this.#link !== null;
  }

  /** Why it cannot carry calls of this kind, or null. */
  refusal(kind: number): string | null {
    return this.#refusal ?? this.#programs.refusal(DISPATCHED.get(kind)!);
  }

  #enter(kind: number, program: string): void {
    const native = this.#native;
    const handle = this.#programs.handleOf(program);
    const fd = must(native, native.saker_bpf_program_fd(handle, program), `find program ${program}`);
    const [key, value] = [new Uint8Array(4), new Uint8Array(4)];
    new DataView(key.buffer).setUint32(0, kind, true);
    new DataView(value.buffer).setUint32(0, fd, true);
    must(
      native,
      native.saker_bpf_map_update(this.#programs.maps, 'dispatched', key, key.length, value, value.length),
      `enter ${program} into the dispatcher`,
    );
  }

  attach(): void {
    if (this.#link !== null || this.#refusal !== null) return;
    const handle = this.#programs.handleOf(DISPATCH);
    const link = this.#native.saker_bpf_attach(handle, DISPATCH, '');
    if (link < 0) this.#refusal = `cannot attach (${errnoName(link)})`;
    else this.#link = link;
  }

  detach(): void {
    if (this.#link !== null) this.#native.saker_bpf_detach(this.#programs.handleOf(DISPATCH), this.#link);
    this.#link = null;
  }
}
