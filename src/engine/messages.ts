import type { AlertFormat, NoiseLimits, Suppressed } from '../alerts/index.ts';
import type { Alert, Priority } from '../base/alert.ts';
import type { AskMessage, CacheStats, NewsMessage } from '../containers/index.ts';
import type { CaptureStats } from '../replay/index.ts';
import type { RingMapping } from '../ring/index.ts';
import type { OpenGuard } from '../schema/open-guard.ts';
import type { TableLimits } from '../state/index.ts';
import type { Needs } from './facts/needs.ts';
import type { HeldStats } from './held.ts';
import type { HostAddresses } from './host-names.ts';

export type { Suppressed } from '../alerts/index.ts';
export { TABLE_LIMITS } from '../state/process-table.ts';

/** What the main thread and the engine worker say to one another. All of it is plain data. */

/** Rules by name pattern or by tag. */
export interface Selector {
  readonly rule?: string;
  readonly tag?: string;
}

/** Falco's `append_output`: what the alerts of chosen rules get besides their own output. */
export interface AppendOutput {
  readonly match?: { readonly source?: string; readonly rule?: string; readonly tags?: readonly string[] };
  readonly suggested_output?: boolean;
  readonly extra_output?: string;
  readonly extra_fields?: readonly (string | Readonly<Record<string, string>>)[];
}

/** What findings of a rule have in common that count as repeats, or to the same rate. */
export interface NoiseInput extends NoiseLimits {
  /** Fields; `output` stands for those that the rule's output shows. */
  readonly dedupBy: readonly string[];
  readonly groupBy: readonly string[];
  /** Rules, by name with `*`, all of whose alerts go out. */
  readonly except: readonly string[];
}

/** System calls beside what the rules say (watched.ts). */
export interface SyscallsInput {
  /** Rules that leave the event type open see frequent calls as well. */
  readonly all: boolean;
  /** Falco's `base_syscalls.custom_set`: with `!` those that no rule sees. */
  readonly customSet: readonly string[];
  /** Falco's `drop_failed_exit`. */
  readonly dropFailed: boolean;
}

/** Rules and the switches that shape what comes of a match; a reload sends a new one. */
export interface RulesInput {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** Whose reading of rules counts where saker's and Falco's differ. */
  readonly compat: 'saker' | 'falco';
  /** Least severe priority whose rules run, Falco's `priority`. */
  readonly minimumPriority: Priority;
  /** Falco's `rule_matching`. */
  readonly matching: 'first' | 'all';
  /** Falco's `rules:` selection, applied in order after loading; as the configuration has it. */
  readonly selection: readonly { readonly enable?: Selector; readonly disable?: Selector }[];
  readonly appendOutput: readonly AppendOutput[];
  /** Buffers such as evt.buffer in base64 instead of ASCII with dots. */
  readonly buffersBase64?: boolean;
  /** Fields added to every alert. */
  readonly staticFields: Readonly<Record<string, string>>;
  readonly format: AlertFormat;
  /** Left out: every finding becomes an alert. */
  readonly noise?: NoiseInput;
  /** Left out: the rules alone decide. */
  readonly syscalls?: SyscallsInput;
}

/** The ring and what the loop around it needs. */
export interface WatchPlan {
  readonly ring: RingMapping;
  /** eventfd that interrupts the worker's wait: a message lies on the port. */
  readonly wakeFd: number;
  /** Longest wait of an event for facts of its container, ms. */
  readonly holdMs: number;
  readonly processes: TableLimits;
  /** Where the main thread counts the alerts it took (hand-over.ts). */
  readonly taken: Int32Array;
}

/** Which rules miss something when events of a type are lost. */
export interface RuleWatch {
  /** In the order in which they are loaded. */
  readonly names: readonly string[];
  /** Event type → places in `names` of the rules that look at it. */
  readonly byType: ReadonlyMap<string, readonly number[]>;
}

/** What loading rules gave. They are in force if and only if `ok`; otherwise those before them stay. */
export interface RulesCheck extends Needs {
  readonly ok: boolean;
  /** Errors, warnings and lints of every file that has some, as `saker check` prints them; empty when none has. */
  readonly report: string;
  /** Rules that will be evaluated. */
  readonly rules: number;
  /** Event types that some rule asks for, or that keep a field of one true. */
  readonly eventTypes: ReadonlySet<string>;
  readonly watch: RuleWatch;
  /** Opens that can satisfy some rule. */
  readonly opens: OpenGuard;
  /** Event types that rules name (not those a rule merely leaves open) → number of such rules. */
  readonly named: ReadonlyMap<string, number>;
}

/** Each is answered by one message of the same kind, but for news. */
export type ToEngine = Question | NewsMessage;

export type Question =
  | { readonly kind: 'load'; readonly rules: RulesInput }
  /** From here on the worker reads the ring; once, after rules have loaded. */
  | { readonly kind: 'watch'; readonly plan: WatchPlan }
  /** Records of the task iterator, one after another. */
  | { readonly kind: 'tasks'; readonly records: Uint8Array }
  | { readonly kind: 'hosts'; readonly addresses: HostAddresses }
  /** Runs the rules in force over a capture file. `taken` as in WatchPlan. */
  | { readonly kind: 'replay'; readonly path: string; readonly taken: Int32Array }
  | { readonly kind: 'stats' }
  | { readonly kind: 'stop' };

/** What a rule of the user has done since the engine started, reloads included. */
export interface RuleStats {
  readonly name: string;
  readonly priority: Priority;
  readonly source: string;
  readonly tags: readonly string[];
  /** Evaluations of its condition; events that cannot match by their type or a field looked at first take none. */
  readonly evaluated: number;
  /** Matches, those that noise control held back as well. */
  readonly matched: number;
  /** Evaluations that were timed, about one of 257, and their time together. */
  readonly samples: number;
  readonly sampledNs: number;
}

export interface EngineStats {
  readonly events: number;
  readonly matches: number;
  /** Records that made no sense. */
  readonly corrupt: number;
  /** Records on which the engine itself failed, and how it failed last. */
  readonly faults: number;
  readonly lastFault: string;
  readonly processes: number;
  readonly misses: number;
  readonly repaired: number;
  /** Processes not kept, since the table was full. */
  readonly full: number;
  readonly containers: CacheStats;
  readonly held: HeldStats;
  /** In the order in which they are loaded. */
  readonly rules: readonly RuleStats[];
  /** Alerts dropped because the main thread did not keep up. */
  readonly overrun: number;
  /** Findings that did not become alerts of their own, by rule. Summaries tell, or will tell, of them. */
  readonly suppressed: ReadonlyMap<string, Suppressed>;
}

/** What became of a capture file. */
export interface ReplaySummary extends CaptureStats {
  /** Why it was not read to its end; null: it was. */
  readonly error: string | null;
  readonly tookMs: number;
}

export type Answer =
  | { readonly kind: 'load'; readonly check: RulesCheck }
  | { readonly kind: 'watch' }
  | { readonly kind: 'tasks'; readonly processes: number }
  | { readonly kind: 'hosts' }
  | { readonly kind: 'replay'; readonly stats: EngineStats; readonly summary: ReplaySummary }
  | { readonly kind: 'stats'; readonly stats: EngineStats }
  /** The last counts; null: it did not watch. */
  | { readonly kind: 'stop'; readonly stats: EngineStats | null };

export type FromEngine = Answer | AskMessage | { readonly kind: 'alerts'; readonly alerts: readonly Alert[] };

/** Rule name of the canary's alert, whose source is `internal`: never shown, it only proves that the way is open. */
export const CANARY_RULE = 'saker canary';

/**
 * The file whose open by the agent is the canary. It lies in a directory that does not exist, so that the open fails
 * at once and leaves no trace, and below /proc, which no stuck disk or network can hold up.
 */
export const CANARY_PATH = '/proc/saker-canary/sing';
