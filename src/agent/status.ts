/** What `saker status` shows: the shape of the answer to GET /status, and where it comes from. */
import { release } from 'node:os';
import { VERSION } from '../base/version.ts';
import type { SinkStats } from '../delivery/index.ts';
import type { Backlog } from '../engine/backlog.ts';
import type { RulesCheck, Suppressed } from '../engine/messages.ts';
import type { Probes, ProbesState, Tier, TypeCount } from '../kernel/index.ts';
import type { Health } from '../metrics/index.ts';
import type { ContainerStatus } from './containers.ts';
import type { LossStatus } from './look.ts';
import type { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** One source of the events of a type: the usual one, or such as those of 32-bit programs. */
export interface PartStatus {
  /** null: the usual one */
  readonly detail: string | null;
  readonly tier: Tier;
  /** Why there is no hook of its own; null if there is, or will be. */
  readonly reason: string | null;
}

export interface EventStatus {
  readonly type: string;
  /** Of the usual source. */
  readonly tier: Tier;
  readonly sent: number;
  /** The ring had no place. */
  readonly lost: number;
  readonly parts: readonly PartStatus[];
}

export interface RulesStatus {
  readonly loaded: number;
  readonly files: readonly string[];
}

export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  readonly uptime_s: number;
  readonly kernel: string;
  readonly ready: boolean;
  /** As /healthz tells it. */
  readonly health: Health;
  /** `refused`: the last reload came to nothing, so what the files say now is not in force. */
  readonly rules: RulesStatus & { readonly refused: Refusal | null };
  /** The canary: since when it was last heard, and how long it was under way; null: not yet. */
  readonly canary: { readonly heard_s_ago: number | null; readonly took_ms: number | null };
  /** What waits to be judged: the age of the oldest event, and how full the ring is. */
  readonly backlog: { readonly behind_s: number; readonly ring_percent: number };
  readonly hooks: {
    readonly attached: number;
    readonly pending: number;
    /** Every system call of the host passes a program of saker's. */
    readonly all_system_calls: boolean;
    /** What the kernel does not come back from. */
    readonly blocked: string | null;
    /** Program → runs that the kernel skipped. */
    readonly missed_runs: Readonly<Record<string, number>>;
  };
  readonly events: readonly EventStatus[];
  readonly containers: ContainerStatus;
  readonly outputs: readonly SinkStats[];
  readonly losses: LossStatus;
  /** Matches that became no alert of their own, by rule. */
  readonly suppressed: Readonly<Record<string, Suppressed>>;
}

/** Everything the answer is made of. */
export interface StatusSources {
  readonly ready: boolean;
  readonly health: Health;
  readonly rules: AgentStatus['rules'];
  readonly canary: { readonly atMs: number; readonly tookMs: number } | null;
  readonly backlog: Backlog;
  readonly probes: Pick<Probes, 'state' | 'counts' | 'facts'>;
  readonly containers: ContainerStatus;
  readonly outputs: readonly SinkStats[];
  readonly losses: LossStatus;
  readonly suppressed: AgentStatus['suppressed'];
}

export function rulesStatus({ rules }: RulesCheck, { rules: { files } }: Settings): RulesStatus {
  return { loaded: rules, files: files.map(({ name }) => name) };
}

export function agentStatus(from: StatusSources): AgentStatus {
  const { canary, probes } = from;
  const state = probes.state();
  const heard = canary === null ? null : Math.round((performance.now() - canary.atMs) / 100) / 10;
  const missed = probes.facts().filter(({ missedRuns }) => missedRuns > 0);
  return {
    version: VERSION,
    pid: process.pid,
    uptime_s: Math.round(process.uptime()),
    kernel: release(),
    ready: from.ready,
    health: from.health,
    rules: from.rules,
    canary: { heard_s_ago: heard, took_ms: canary?.tookMs ?? null },
    backlog: backlogStatus(from.backlog),
    hooks: {
      attached: state.attached,
      pending: state.pending,
      all_system_calls: state.dispatching,
      blocked:
        state.blocked === null ? null : `${state.blocked.what}, for ${Math.round(state.blocked.seconds)} s`,
      missed_runs: Object.fromEntries(missed.map(({ program, missedRuns }) => [program, missedRuns])),
    },
    events: eventStatus(state, probes.counts()),
    containers: from.containers,
    outputs: from.outputs,
    losses: from.losses,
    suppressed: from.suppressed,
  };
}

function backlogStatus({ behindMs, written, read, sizeBytes }: Backlog): AgentStatus['backlog'] {
  return {
    behind_s: Math.round(behindMs / 100) / 10,
    ring_percent: Math.round((100 * (written - read)) / sizeBytes),
  };
}

function eventStatus({ types }: ProbesState, counts: readonly TypeCount[]): EventStatus[] {
  const byType = new Map(counts.map((count) => [count.type, count]));
  return types.map(({ type, parts }) => {
    const count = byType.get(type);
    return {
      type,
      tier: parts.find(({ detail }) => detail === null)?.tier ?? 'none',
      sent: Number(count?.sent ?? 0),
      lost: Number(count?.lost ?? 0),
      parts: parts.map(({ detail, tier, reason }) => ({ detail, tier, reason })),
    };
  });
}
