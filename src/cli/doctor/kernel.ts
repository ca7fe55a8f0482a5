import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { ERRORS } from '../../base/errors.ts';
import { findObstacle } from '../../kernel/index.ts';
import { type Finding, reporter } from './finding.ts';

/** Settings of the kernel that matter to programs on trampolines, and those that say how open it is. */
const SYSCTLS: readonly {
  readonly name: string;
  readonly bad: (value: number) => boolean;
  readonly level: 'warn' | 'info';
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    // kernel/trace/ftrace.c: no function is hooked while it is 0.
    name: 'kernel.ftrace_enabled',
    bad: (value) => value === 0,
    level: 'warn',
    what: 'functions cannot be hooked, every system call of the host passes the tracepoint instead',
    advice: 'sysctl kernel.ftrace_enabled=1',
  },
  {
    // Documentation/admin-guide/sysctl/net.rst: 0 interprets; trampolines need compiled programs.
    name: 'net.core.bpf_jit_enable',
    bad: (value) => value === 0,
    level: 'warn',
    what: 'BPF programs are interpreted and cannot hook functions',
    advice: 'sysctl net.core.bpf_jit_enable=1',
  },
  {
    // Documentation/admin-guide/sysctl/kernel.rst
    name: 'kernel.unprivileged_bpf_disabled',
    bad: (value) => value === 0,
    level: 'info',
    what: 'every user may load BPF programs',
    advice: 'sysctl kernel.unprivileged_bpf_disabled=1, unless something needs it',
  },
  {
    name: 'kernel.bpf_stats_enabled',
    bad: (value) => value === 1,
    level: 'info',
    what: 'the kernel takes the time of every BPF program, which costs some of it',
    advice: 'sysctl kernel.bpf_stats_enabled=0 when nobody measures',
  },
  {
    name: 'kernel.perf_event_paranoid',
    bad: (value) => value < 1,
    level: 'info',
    what: 'every user may read events of all processors',
    advice: 'sysctl kernel.perf_event_paranoid=2, unless something needs it',
  },
];

export interface KernelPlace {
  readonly release: string;
  readonly arch: string;
  /** Prefix of /proc and /sys. */
  readonly root: string;
}

/** Whether this kernel can carry saker, and what is set that makes it see less or cost more. */
export function checkKernel(
  place: KernelPlace = { release: release(), arch: process.arch, root: '/' },
): Finding[] {
  const { found, ok, info, warn, fail } = reporter('kernel');
  const read = (path: string): string | null => {
    try {
      return readFileSync(join(place.root, path), 'utf8').trim();
    } catch {
      return null;
    }
  };
  const obstacle = findObstacle(place);
  if (obstacle === null) ok(`${place.release} has type information and permits BPF programs`);
  else if (ERRORS[obstacle.code].kind === 'permission')
    warn(`${obstacle.what}: not all can be checked`, obstacle.advice);
  else fail(obstacle.what, obstacle.advice);
  const lockdown = /\[(\w+)\]/.exec(read('sys/kernel/security/lockdown') ?? '')?.[1];
  if (lockdown === 'confidentiality')
    fail(
      'lockdown mode "confidentiality" refuses tracing programs',
      'boot with lockdown=integrity or without',
    );
  else if (lockdown === undefined) info('the lockdown mode cannot be read');
  else ok(`lockdown mode "${lockdown}" permits tracing programs`);
  const modules = read('sys/kernel/security/lsm');
  if (modules !== null) info(`security modules: ${modules}`);
  for (const { name, bad, level, what, advice } of SYSCTLS) {
    const value = read(`proc/sys/${name.replaceAll('.', '/')}`);
    if (value === null || !/^-?\d+$/.test(value) || !bad(Number(value))) continue;
    (level === 'warn' ? warn : info)(`${name}=${value}: ${what}`, advice);
  }
  const uring = read('proc/sys/kernel/io_uring_disabled');
  if (uring !== null) info(`kernel.io_uring_disabled=${uring}`);
  return found;
}
