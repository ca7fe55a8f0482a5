import { readBounded } from './files.ts';

/** What the machine as a whole uses (proc(5)). */
export interface HostUsage {
  /** Busy part of all processors since boot, in 0..1; guests count as the processor time they are. */
  readonly cpuRatio: number;
  readonly memoryUsedBytes: number;
  /** Runnable tasks. */
  readonly processesRunning: number;
  readonly openFiles: number;
}

/** What a process uses beyond what it can ask Node for. */
export interface ProcessUsage {
  readonly vszBytes: number;
  /** null before kernel 4.14, and where the kernel keeps no such figure. */
  readonly pssBytes: number | null;
  /** Of its cgroup, with the page cache; null where the memory controller is not on. */
  readonly cgroupBytes: number | null;
}

// A line of interrupts grows with processors; 4 MiB are those of the largest machines.
const STAT_BYTES = 4 << 20;
// Of /proc/stat: user nice system idle iowait irq softirq steal; what follows is contained in these.
const CPU_COLUMNS = 8;
const [IDLE, IOWAIT] = [3, 4];

/** @param proc where proc is mounted */
export function readHostUsage(proc = '/proc'): HostUsage | null {
  const stat = text(`${proc}/stat`, STAT_BYTES);
  const times = /^cpu +([\d ]+)$/m.exec(stat)?.[1]?.split(' ').slice(0, CPU_COLUMNS).map(Number);
  const running = number(stat, /^procs_running (\d+)$/m);
  const files = /^(\d+)\s+(\d+)/.exec(text(`${proc}/sys/fs/file-nr`, 256));
  const memoryUsedBytes = usedMemory(text(`${proc}/meminfo`, 16_384));
  if (times === undefined || running === null || files === null || memoryUsedBytes === null) return null;
  const total = times.reduce((sum, time) => sum + time, 0);
  const idle = (times[IDLE] ?? 0) + (times[IOWAIT] ?? 0);
  return {
    cpuRatio: total === 0 ? 0 : (total - idle) / total,
    memoryUsedBytes,
    processesRunning: running,
    openFiles: Number(files[1]) - Number(files[2]),
  };
}

/** As free(1) counts: without buffers, cache and what the kernel can take back. */
function usedMemory(meminfo: string): number | null {
  const kib = (name: string): number => number(meminfo, new RegExp(`^${name}: +(\\d+) kB$`, 'm')) ?? 0;
  const total = kib('MemTotal');
  if (total === 0) return null;
  const cache = kib('Cached') + kib('SReclaimable') - kib('Shmem');
  return Math.max(0, total - kib('MemFree') - kib('Buffers') - cache) * 1024;
}

/** Boot of the machine, ns since the epoch, as the kernel reckons it now; null when /proc does not tell. */
export function readBootNs(proc = '/proc'): bigint | null {
  const seconds = number(text(`${proc}/stat`, STAT_BYTES), /^btime (\d+)$/m);
  return seconds === null ? null : BigInt(seconds) * 1_000_000_000n;
}

/** Of the process itself. @param cgroups where cgroups are mounted */
export function readProcessUsage(proc = '/proc', cgroups = '/sys/fs/cgroup'): ProcessUsage | null {
  const vszKib = number(text(`${proc}/self/status`, 16_384), /^VmSize:\s+(\d+) kB$/m);
  if (vszKib === null) return null;
  const pss = number(text(`${proc}/self/smaps_rollup`, 4096), /^Pss: +(\d+) kB$/m);
  return {
    vszBytes: vszKib * 1024,
    pssBytes: pss === null ? null : pss * 1024,
    cgroupBytes: cgroupMemory(text(`${proc}/self/cgroup`, 65_536), cgroups),
  };
}

/** cgroups(7): version 2 has one line, `0::/path`; in version 1 the memory controller has its own. */
function cgroupMemory(lines: string, cgroups: string): number | null {
  const two = /^0::(\/.*)$/m.exec(lines)?.[1];
  const one = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(lines)?.[1];
  const files = [
    ...(one === undefined ? [] : [`${cgroups}/memory${one}/memory.usage_in_bytes`]),
    ...(two === undefined ? [] : [`${cgroups}${two}/memory.current`]),
  ];
  for (const file of files) {
    const bytes = number(text(file, 64), /^(\d+)/);
    if (bytes !== null) return bytes;
  }
  return null;
}

function text(path: string, maxBytes: number): string {
  return readBounded(path, maxBytes)?.toString('latin1') ?? '';
}

function number(from: string, pattern: RegExp): number | null {
  const digits = pattern.exec(from)?.[1];
  return digits === undefined ? null : Number(digits);
}
