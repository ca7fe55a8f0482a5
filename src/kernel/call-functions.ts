/**
 * Kernel functions of system calls. The tables of bpf/probes name those of x86-64; where calls are wrapped
 * (CONFIG_ARCH_HAS_SYSCALL_WRAPPER) each architecture has a prefix of its own. bpf/Makefile does the same to the programs.
 */
const PREFIX = '__x64_sys_';
/** 64-bit arm calls the same thing differently: include/uapi/asm-generic/unistd.h. */
const ARM64_NAMES: Readonly<Record<string, string>> = { fadvise64: 'fadvise64_64' };

/** What 64-bit arm kernels have that run 32-bit programs. */
export const ARM64_COMPAT = '__arm64_compat_sys_openat';

/** @param target a function, as x86-64 names it; one that is no system call's is left alone */
export function callFunction(target: string, arch: string = process.arch): string {
  if (arch !== 'arm64' || !target.startsWith(PREFIX)) return target;
  const call = target.slice(PREFIX.length);
  return `__arm64_sys_${ARM64_NAMES[call] ?? call}`;
}
