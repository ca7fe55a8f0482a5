import type { Health } from './health.ts';

/** Everything that metrics are made of, at one moment. Where nobody could tell in time there is null. */
export interface Readings {
  readonly wallNs: bigint;
  readonly version: string;
  readonly hostname: string;
  readonly kernelRelease: string;
  readonly cpus: number;
  /** ns since the epoch */
  readonly bootNs: bigint;
  readonly startNs: bigint;
  /** Of the rules in force: the start, or the last reload. */
  readonly reloadNs: bigint;
  /** The last reload came to nothing, the rules before it stay in force. */
  readonly reloadRefused: boolean;
  readonly rulesFiles: readonly FileDigest[];
  readonly configFiles: readonly FileDigest[];
  readonly health: Health;
  readonly backlog: { readonly behindS: number; readonly ringRatio: number };
  readonly canary: { readonly heardSAgo: number | null; readonly tookMs: number | null };
  readonly process: CpuAndMemory | null;
  readonly host: HostUsage | null;
  readonly engine: EngineReadings | null;
  readonly kernel: KernelReadings | null;
  readonly containers: ContainerReadings | null;
  readonly outputs: readonly SinkReadings[];
  /** Over all starts that the state directory knows; null: there is none. */
  readonly service: { readonly starts: number; readonly unobservedS: number } | null;
  /** All that was lost: since the start, and before it as far as the state directory knows. */
  readonly losses: readonly { readonly cause: string; readonly name: string; readonly count: number }[];
}

/** falco.yaml's switches of `metrics`. */
export interface Selection {
  readonly resources: boolean;
  readonly rules: boolean;
  readonly state: boolean;
  readonly kernel: boolean;
  /** Run counts of the BPF programs; the kernel has them while kernel.bpf_stats_enabled is 1. */
  readonly programs: boolean;
  /** In Falco containers are a plugin. */
  readonly containers: boolean;
}

export interface FileDigest {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Of the agent's process. */
export interface CpuAndMemory {
  readonly userS: number;
  readonly systemS: number;
  /** Since its start. */
  readonly elapsedS: number;
  readonly rssBytes: number;
  readonly vszBytes: number;
  /** null: the kernel does not tell. */
  readonly pssBytes: number | null;
  /** Of its cgroup. */
  readonly cgroupBytes: number | null;
}

export interface HostUsage {
  /** Of all processors since boot, in 0..1. */
  readonly cpuRatio: number;
  readonly memoryUsedBytes: number;
  readonly processesRunning: number;
  readonly openFiles: number;
}

export interface EngineReadings {
  readonly events: number;
  readonly alertsDropped: number;
  readonly corrupt: number;
  readonly faults: number;
  readonly processes: number;
  readonly misses: number;
  readonly repaired: number;
  /** Processes not kept, since the table was full. */
  readonly full: number;
  readonly rules: readonly RuleReadings[];
  /** Rule → matches that noise control held back, by the reason. */
  readonly suppressed: ReadonlyMap<string, Readonly<Record<'dedup' | 'rate' | 'budget', number>>>;
}

export interface RuleReadings {
  readonly name: string;
  readonly priority: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly evaluated: number;
  readonly matched: number;
  readonly samples: number;
  readonly sampledNs: number;
}

export interface KernelReadings {
  readonly counts: readonly {
    readonly type: string;
    readonly sent: bigint;
    readonly lost: bigint;
    readonly dropped: bigint;
  }[];
  readonly programs: readonly ProgramReadings[];
  readonly attached: number;
  readonly pending: number;
}

export interface ProgramReadings {
  readonly program: string;
  readonly missedRuns: number;
  /** 0 while the kernel does not count. */
  readonly runs: number;
  readonly runNs: number;
}

export interface ContainerReadings {
  readonly known: number;
  readonly pending: number;
  readonly gone: number;
  readonly held: {
    readonly completed: number;
    readonly expired: number;
    readonly crowded: number;
    readonly waiting: number;
  };
  readonly runtimes: Readonly<Record<string, RuntimeReadings>>;
}

export interface RuntimeReadings {
  readonly lookups: number;
  readonly found: number;
  readonly failures: number;
}

export interface SinkReadings {
  readonly name: string;
  readonly queued: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly refused: number;
  readonly retries: number;
  readonly error: string | null;
  /** Wall clock of the last failure, ms; null: none yet. */
  readonly failedAtMs?: number | null;
  readonly heldBack?: number;
  readonly deadLetters?: number;
  readonly spool?: { readonly records: number; readonly bytes: number };
}

/** Alerts for which some queue on their way had no room. */
export function droppedAlerts({ engine, outputs }: Pick<Readings, 'engine' | 'outputs'>): number {
  return outputs.reduce((sum, { dropped }) => sum + dropped, engine?.alertsDropped ?? 0);
}
