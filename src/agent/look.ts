import type { Config } from '../config/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Backlog } from '../engine/backlog.ts';
import { internalAlert } from '../engine/internal-alert.ts';
import type { EngineStats, RulesCheck, RulesInput, RuleWatch, Suppressed } from '../engine/messages.ts';
import type { Probes, TypeCount } from '../kernel/index.ts';
import { BacklogWatch } from './backlog.ts';
import type { EngineLink } from './engine-link.ts';
import type { Log } from './log.ts';
import { LossActions } from './losses/actions.ts';
import { blindRules } from './losses/blind.ts';
import { LossCounters } from './losses/counters.ts';
import { logLines, lossNotice } from './losses/describe.ts';
import { type LossInterval, LossLedger } from './losses/ledger.ts';
import { type Loss, Tally } from './losses/tally.ts';
import { EngineTrouble } from './trouble.ts';

/** The ring and destinations are looked at this often: nothing but memory is read for that. */
const LOOK_EVERY_MS = 1000;
/** While next to nothing comes: a wake-up of this thread costs 60,000 instructions. */
const LOOK_AT_REST_MS = 5000;
/** Bytes between two looks that are next to nothing: some hundred events. */
const NEXT_TO_NOTHING = 64 << 10;
/** The kernel's counters while the ring has room, where nothing can be lost: a system call for each type of event. */
const COUNTS_EVERY_MS = 300_000;
/** Facts of a program cost the kernel some 50,000 instructions, and there are dozens of programs. */
const PROGRAMS_EVERY_MS = 600_000;
/** What the engine counts, and outputs to which no alert came meanwhile. */
const REST_EVERY_MS = 60_000;

type Source = 'counts' | 'programs' | 'sinks' | 'engine';

export interface LossParts {
  readonly log: Log;
  readonly probes: Pick<Probes, 'counts' | 'facts'>;
  readonly engine: Pick<EngineLink, 'stats'>;
  readonly delivery: Pick<Delivery, 'write' | 'stats'>;
  readonly backlog: () => Backlog;
  exit(reason: string): void;
}

/** What a reload changes of them: the form of alerts; and of the start only, what is done. */
export interface LossSettings {
  readonly config: Pick<Config, 'syscall_event_drops'>;
  readonly rules: Pick<RulesInput, 'format'>;
}

/** What `saker status` tells of losses. */
export interface LossStatus {
  /** Since the start. */
  readonly totals: readonly Loss[];
  /** When; the last ones, the oldest first. */
  readonly intervals: readonly LossInterval[];
}

/**
 * Looks again and again for what was lost, keeps the books, and does what the configuration says. An agent that has
 * nothing to do must cost next to nothing, so the kernel is asked often only while it may have lost something: while
 * more comes than half of the ring holds.
 */
export class LossLook {
  readonly #parts: LossParts;
  readonly #counters = new LossCounters();
  readonly #ledger = new LossLedger();
  readonly #actions: LossActions;
  readonly #trouble: EngineTrouble;
  readonly #behind: BacklogWatch;
  readonly #timers: NodeJS.Timeout[] = [];
  #next: NodeJS.Timeout | undefined;
  readonly #simulates: boolean;
  #watch: RuleWatch;
  #format: RulesInput['format'];
  /** Wall clock of the last look at each source: what is found now was lost after it. */
  readonly #lookedMs: Record<Source, number>;
  #counts: readonly TypeCount[] = [];
  #level = { read: 0, written: 0 };
  #oftenMs = Date.now();
  #engine: EngineStats | null = null;

  /** @param check of the rules in force */
  constructor(parts: LossParts, { config, rules }: LossSettings, { watch }: Pick<RulesCheck, 'watch'>) {
    const now = Date.now();
    this.#parts = parts;
    this.#simulates = config.syscall_event_drops.simulate_drops;
    this.#watch = watch;
    this.#format = rules.format;
    this.#lookedMs = { counts: now, programs: now, sinks: now, engine: now };
    this.#trouble = new EngineTrouble(parts.log);
    this.#behind = new BacklogWatch(parts.log);
    this.#actions = new LossActions(config.syscall_event_drops, {
      log: (line) => parts.log.warning(line),
      alert: (report) => {
        const notice = lossNotice(report, blindRules(this.#watch, report.lost));
        parts.delivery.write(internalAlert(notice, this.#format));
        this.#counters.forgive(parts.delivery.stats());
      },
      exit: () => parts.exit('something was lost, and syscall_event_drops.actions has exit'),
    });
  }

  start(): void {
    this.#level = this.#parts.backlog();
    this.#next = setTimeout(() => this.#often(), LOOK_EVERY_MS);
    this.#timers.push(
      setInterval(() => this.look('counts'), COUNTS_EVERY_MS),
      setInterval(() => this.look('programs'), PROGRAMS_EVERY_MS),
      setInterval(() => this.#atRest(), REST_EVERY_MS),
    );
  }

  /** The rules in force from now on, and the form of alerts. */
  follow({ rules }: LossSettings, { watch }: Pick<RulesCheck, 'watch'>): void {
    this.#watch = watch;
    this.#format = rules.format;
  }

  /** Without sources only what was not told yet is looked after. */
  look(...sources: readonly Source[]): void {
    const all = new Tally();
    const toMs = Date.now();
    let fromMs = toMs;
    let sent = 0;
    for (const source of sources) {
      const found = this.#counters.look(this.#readings(source));
      if (source === 'counts' && this.#simulates) found.lost.add('simulated', '', 1);
      this.#ledger.add(found.lost, this.#lookedMs[source], toMs);
      if (!found.lost.isEmpty) fromMs = Math.min(fromMs, this.#lookedMs[source]);
      this.#lookedMs[source] = toMs;
      all.addAll(found.lost.list());
      sent += found.sent;
    }
    this.#actions.take({ lost: all, sent, fromMs, toMs }, performance.now());
  }

  /**
   * The last look: before hooks and outputs are closed.
   * @param engine its last counts; null: there are none
   */
  close(engine: EngineStats | null): void {
    clearTimeout(this.#next);
    for (const timer of this.#timers) clearInterval(timer);
    this.#engine = engine ?? this.#engine;
    this.look('counts', 'programs', 'sinks', 'engine');
    this.#actions.flush();
  }

  /** Outputs are closed too: what they could not hand over is told in the log, which is all that is left. */
  outputsClosed(): void {
    const { lost } = this.#counters.look(this.#readings('sinks'));
    for (const line of logLines({ lost })) this.#parts.log.warning(line);
  }

  /** Of what noise control held back, as the engine told last. */
  status(): { losses: LossStatus; suppressed: Readonly<Record<string, Suppressed>> } {
    const losses = { totals: this.#ledger.totals(), intervals: this.#ledger.intervals() };
    return { losses, suppressed: Object.fromEntries(this.#engine?.suppressed ?? []) };
  }

  #readings(source: Source) {
    const { probes, delivery } = this.#parts;
    if (source === 'programs') return { programs: probes.facts() };
    if (source === 'sinks') return { sinks: delivery.stats() };
    if (source === 'engine') return this.#engine === null ? {} : { engine: this.#engine };
    this.#counts = probes.counts();
    return { counts: this.#counts };
  }

  #often(): void {
    const level = this.#parts.backlog();
    const { read, written } = this.#level;
    const beforeMs = this.#oftenMs;
    this.#level = level;
    this.#oftenMs = Date.now();
    // What waited at any moment since the last look is less than this.
    const mostWaiting = level.written - read;
    const rests = level.written === written && level.read === read && mostWaiting === 0;
    if (mostWaiting > level.sizeBytes / 2 || this.#simulates) {
      // Until the last look the ring had room: what it lost, it lost since then.
      this.#lookedMs.counts = Math.max(this.#lookedMs.counts, beforeMs);
      this.look('counts', 'sinks');
    } else if (!rests) this.look('sinks');
    else if (this.#actions.hasUntold) this.look();
    if (!rests) this.#behind.look(level, this.#counts, performance.now());
    const isCalm = mostWaiting < NEXT_TO_NOTHING && !this.#simulates;
    this.#next = setTimeout(() => this.#often(), isCalm ? LOOK_AT_REST_MS : LOOK_EVERY_MS);
  }

  #atRest(): void {
    this.look('sinks');
    this.#parts.engine.stats().then(
      (stats) => {
        this.#engine = stats;
        this.#trouble.look(stats);
        this.look('engine');
      },
      () => {},
    );
  }
}
