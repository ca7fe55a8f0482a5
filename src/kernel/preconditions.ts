/**
 * Why this kernel or this process cannot carry saker, in one line for people. Two moments: before loading, what is
 * plainly absent; after a refused load, what the refusal means.
 */
import { existsSync, readFileSync } from 'node:fs';
import { constants, release } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '../base/errors.ts';
import type { LoadError } from './object.ts';

export interface Obstacle {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice: string;
}

const MINIMUM = [5, 10] as const;
// include/uapi/linux/capability.h
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Where the facts come from; tests give their own. */
export interface Machine {
  /** uname -r */
  readonly release: string;
  readonly arch: string;
  /** Prefix of /proc and /sys. */
  readonly root: string;
}

export const THIS_MACHINE: Machine = { release: release(), arch: process.arch, root: '/' };

const BTF_PATH = 'sys/kernel/btf/vmlinux';

/** Of the running kernel. */
export const KERNEL_TYPES = `/${BTF_PATH}`;

function read(machine: Machine, path: string): string {
  try {
    return readFileSync(join(machine.root, path), 'utf8');
  } catch {
    return '';
  }
}

function tooOld(text: string): boolean {
  const [major = 0, minor = 0] = text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1]);
}

function lacksPrivilege(machine: Machine): boolean {
  const caps = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(read(machine, 'proc/self/status'))?.[1] ?? '0'}`);
  const has = (cap: bigint): boolean => ((caps >> cap) & 1n) === 1n;
  return !has(CAP_SYS_ADMIN) && !(has(CAP_BPF) && has(CAP_PERFMON));
}

/** @returns null when nothing speaks against loading */
export function findObstacle(machine: Machine = THIS_MACHINE): Obstacle | null {
  const unsupported = (what: string, advice: string): Obstacle => ({
    code: 'SAKER_E_KERNEL_UNSUPPORTED',
    what,
    advice,
  });
  if (machine.arch !== 'x64' && machine.arch !== 'arm64')
    return unsupported(`processor ${machine.arch} is not supported`, 'run saker on x86-64 or arm64');
  if (tooOld(machine.release))
    return unsupported(`kernel ${machine.release} is older than 5.10`, 'run a kernel from 5.10 on');
  if (!existsSync(join(machine.root, BTF_PATH)))
    return unsupported(
      `kernel ${machine.release} has no type information (/${BTF_PATH} is missing)`,
      'use a kernel built with CONFIG_DEBUG_INFO_BTF',
    );
  if (lacksPrivilege(machine))
    return {
      code: 'SAKER_E_PERMISSION',
      what: 'loading BPF programs needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN',
      advice: 'run saker as root',
    };
  return null;
}

/** Mode in brackets: none, integrity or confidentiality; null when securityfs is not mounted. */
function lockdownMode(machine: Machine): string | null {
  return /\[(\w+)\]/.exec(read(machine, 'sys/kernel/security/lockdown'))?.[1] ?? null;
}

function explainRefusal(error: LoadError, machine: Machine): Obstacle {
  const mode = lockdownMode(machine);
  if (lacksPrivilege(machine) || (mode !== null && mode !== 'confidentiality'))
    return {
      code: 'SAKER_E_PERMISSION',
      what: `the kernel does not permit BPF programs to this process (${error.message})`,
      advice: 'run saker as root, outside a container that filters bpf(2)',
    };
  const unread = ' (as is usual when root is refused; securityfs is not mounted, so the mode cannot be read)';
  return {
    code: 'SAKER_E_KERNEL_LOCKDOWN',
    what: `kernel lockdown mode "confidentiality" refuses tracing programs${mode === null ? unread : ''}`,
    advice: 'boot with lockdown=integrity or without lockdown',
  };
}

/** What a refused load means. */
export function explainFailure(error: LoadError, machine: Machine = THIS_MACHINE): Obstacle {
  if (error.errno === constants.errno.EPERM) return explainRefusal(error, machine);
  const last = error.log.trim().split('\n').at(-1) ?? '';
  return {
    code: 'SAKER_E_KERNEL_LOAD',
    what: `${error.message}${last === '' ? '' : `: ${last}`}`,
    advice: 'report this with the kernel’s version and `-o log_level=debug`',
  };
}
