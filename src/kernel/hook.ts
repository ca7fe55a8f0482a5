/** A place where a program of bpf/saker.bpf.c can hang, and what it reports there. */

/** Table of system calls: 64-bit, 32-bit. */
export type Abi = 0 | 1;

/** That the dispatcher sees the same calls and can stand in for a hook. */
export interface Dispatch {
  readonly abis: readonly Abi[];
  /** enum saker_kind */
  readonly kind: number;
  /** A kernel whose symbol table lacks it has no such system call. */
  readonly symbol: string;
}

export interface Hook {
  readonly name: string;
  /** The BPF program; several hooks may share one. */
  readonly program: string;
  /** Kernel function it hangs on; null for tracepoints and iterators, which every supported kernel has. */
  readonly target: string | null;
  /** Event types it carries. */
  readonly types: readonly string[];
  /** Of the hooks in one group the first that this kernel can have is used; the others are its fallbacks. */
  readonly group: string;
  /** Hangs on the kernel's fprobe, see FPROBE. */
  readonly fprobe?: true;
  /** What part of the events it carries, when not all. */
  readonly detail?: string;
  /** Iterators are read, not attached. */
  readonly iterator?: true;
  /** Of io_uring: by the function of the request, or by what it calls where there is none (URING_FUNCTION). */
  readonly uring?: 'function' | 'old';
  /** Opens by io_uring: from 6.4 on, or before (CASTS). */
  readonly casts?: boolean;
  /** Of the 32-bit ABI: kernels without 32-bit programs do not have it, and lose nothing by that. */
  readonly compat?: true;
  /** Attached whatever the rules want. */
  readonly always?: true;
  /** For hooks at system calls. */
  readonly dispatch?: Dispatch;
}
