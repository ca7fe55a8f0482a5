import type { AlertValue } from '../base/alert.ts';
import { DROP_CATEGORIES, dropsByCategory } from './drop-categories.ts';
import { nameFrom } from './family.ts';
import type {
  CpuAndMemory,
  EngineReadings,
  FileDigest,
  HostUsage,
  KernelReadings,
  Readings,
  Selection,
} from './readings.ts';
import { droppedAlerts } from './readings.ts';

export type SnapshotFields = Record<string, AlertValue>;

export interface SnapshotOptions extends Selection {
  /** Memory in MiB with names that end in _mb; otherwise in KiB (_kb) and, for the cgroup, bytes. */
  readonly inMb: boolean;
  /** Also values that are 0. */
  readonly withEmpty: boolean;
}

/** What rates are taken from. */
export interface SnapshotTotals {
  readonly wallNs: bigint;
  readonly events: number;
  readonly kernelEvents: bigint;
  readonly drops: bigint;
}

/** The fields of Falco's metrics snapshot (falco.org/docs/concepts/metrics). @param before null: this is the first */
export function snapshotFields(
  from: Readings,
  before: SnapshotTotals | null,
  options: SnapshotOptions,
): { fields: SnapshotFields; totals: SnapshotTotals } {
  const totals = totalsOf(from, before);
  const seconds = before === null ? 0 : Number(totals.wallNs - before.wallNs) / 1e9;
  const { engine, kernel } = from;
  const fields: SnapshotFields = {
    ...about(from),
    ...digests('rules', from.rulesFiles),
    ...digests('config', from.configFiles),
    ...rates(totals, before, seconds),
  };
  const detail = {
    ...(options.resources ? resources(from, options.inMb) : {}),
    ...(options.rules && engine !== null ? rules(engine) : {}),
    ...(options.state && engine !== null ? state(engine) : {}),
    ...(options.kernel && kernel !== null ? drops(kernel) : {}),
  };
  for (const [name, value] of Object.entries(detail)) {
    const isEmpty = Number(value) === 0 && name !== 'falco.rules.matches_total';
    if (options.withEmpty || !isEmpty) fields[name] = value;
  }
  if (options.kernel && kernel !== null) Object.assign(fields, kernelRates(totals, before, seconds));
  return { fields, totals };
}

/** Counters that nobody could read now are as they were. */
function totalsOf({ wallNs, engine, kernel }: Readings, before: SnapshotTotals | null): SnapshotTotals {
  let [kernelEvents, drops] = [0n, 0n];
  for (const { sent, lost } of kernel?.counts ?? []) {
    kernelEvents += sent + lost;
    drops += lost;
  }
  const events = engine?.events ?? before?.events ?? 0;
  if (kernel === null) [kernelEvents, drops] = [before?.kernelEvents ?? 0n, before?.drops ?? 0n];
  return { wallNs, events, kernelEvents, drops };
}

function about(from: Readings): SnapshotFields {
  return {
    'evt.hostname': from.hostname,
    'evt.source': 'syscall',
    'falco.version': from.version,
    'falco.start_ts': from.startNs,
    'falco.reload_ts': from.reloadNs,
    'falco.duration_sec': Number((from.wallNs - from.startNs) / 1_000_000_000n),
    'falco.kernel_release': from.kernelRelease,
    'falco.host_boot_ts': from.bootNs,
    'falco.host_num_cpus': from.cpus,
    'falco.hostname': from.hostname,
    'falco.outputs_queue_num_drops': droppedAlerts(from),
    'scap.engine_name': 'modern_bpf',
    'saker.healthy': from.health.healthy,
  };
}

function digests(kind: 'rules' | 'config', files: readonly FileDigest[]): SnapshotFields {
  return Object.fromEntries(
    files.map(({ path, sha256 }) => [
      `falco.sha256_${kind}_file.${nameFrom(path.slice(path.lastIndexOf('/') + 1))}`,
      sha256,
    ]),
  );
}

function rates(totals: SnapshotTotals, before: SnapshotTotals | null, seconds: number): SnapshotFields {
  const rate = before !== null && seconds > 0 ? tenths((totals.events - before.events) / seconds) : null;
  return {
    'falco.num_evts': totals.events,
    'falco.num_evts_prev': before?.events ?? 0,
    ...(rate === null ? {} : { 'falco.evts_rate_sec': rate }),
  };
}

/** Always told, also when nothing happened. */
function kernelRates(totals: SnapshotTotals, before: SnapshotTotals | null, seconds: number): SnapshotFields {
  const events = Number(totals.kernelEvents - (before?.kernelEvents ?? 0n));
  const lost = Number(totals.drops - (before?.drops ?? 0n));
  const perSecond = (count: number): number => (seconds > 0 ? tenths(count / seconds) : 0);
  return {
    'scap.n_evts': totals.kernelEvents,
    'scap.n_evts_prev': before?.kernelEvents ?? 0n,
    'scap.evts_rate_sec': perSecond(events),
    'scap.n_drops': totals.drops,
    'scap.n_drops_prev': before?.drops ?? 0n,
    'scap.evts_drop_rate_sec': perSecond(lost),
    'scap.n_drops_perc': events > 0 ? tenths((100 * lost) / events) : 0,
  };
}

function drops({ counts }: KernelReadings): SnapshotFields {
  const byCategory = dropsByCategory(counts);
  const named = DROP_CATEGORIES.map((category) => [
    `scap.n_drops_buffer_${category}_exit`,
    byCategory.get(category) ?? 0n,
  ]);
  return {
    ...Object.fromEntries(named),
    'scap.n_drops_buffer_total': counts.reduce((sum, { lost }) => sum + lost, 0n),
  };
}

function rules({ rules }: EngineReadings): SnapshotFields {
  const total = rules.reduce((sum, { matched }) => sum + matched, 0);
  const fields: Record<string, number> = { 'falco.rules.matches_total': total };
  for (const { name, matched } of rules) {
    const field = `falco.rules.${nameFrom(name).replace(/^_|_$/g, '')}`;
    fields[field] = (fields[field] ?? 0) + matched;
  }
  return fields;
}

function state({ misses, repaired }: EngineReadings): SnapshotFields {
  return { 'falco.n_noncached_thread_lookups': misses, 'falco.n_failed_thread_lookups': misses - repaired };
}

function resources({ process, host }: Readings, inMb: boolean): SnapshotFields {
  const memory = (name: string, bytes: number, unit: 'kb' | 'bytes'): SnapshotFields => {
    if (inMb) return { [`falco.${name}_mb`]: tenths(bytes / (1 << 20)) };
    return { [`falco.${name}_${unit}`]: unit === 'kb' ? Math.round(bytes / 1024) : bytes };
  };
  return {
    ...(process === null ? {} : own(process, memory)),
    ...(host === null ? {} : ofHost(host, memory)),
  };
}

type Memory = (name: string, bytes: number, unit: 'kb' | 'bytes') => SnapshotFields;

function own(process: CpuAndMemory, memory: Memory): SnapshotFields {
  const { userS, systemS, elapsedS, rssBytes, vszBytes, pssBytes, cgroupBytes } = process;
  return {
    'falco.cpu_usage_perc': elapsedS > 0 ? tenths((100 * (userS + systemS)) / elapsedS) : 0,
    ...memory('memory_rss', rssBytes, 'kb'),
    ...memory('memory_vsz', vszBytes, 'kb'),
    ...(pssBytes === null ? {} : memory('memory_pss', pssBytes, 'kb')),
    ...(cgroupBytes === null ? {} : memory('container_memory_used', cgroupBytes, 'bytes')),
  };
}

function ofHost(host: HostUsage, memory: Memory): SnapshotFields {
  return {
    'falco.host_cpu_usage_perc': tenths(100 * host.cpuRatio),
    ...memory('host_memory_used', host.memoryUsedBytes, 'kb'),
    'falco.host_procs_running': host.processesRunning,
    'falco.host_open_fds': host.openFiles,
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
