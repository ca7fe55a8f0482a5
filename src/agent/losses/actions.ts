import type { Config } from '../../config/index.ts';
import { logLines, type Report } from './describe.ts';
import { Tally } from './tally.ts';

type Settings = Config['syscall_event_drops'];

export interface Actions {
  log(line: string): void;
  alert(report: Report): void;
  /** The agent is to end: it was told to rather than to go on half blind. */
  exit(): void;
}

/**
 * Falco's `syscall_event_drops`: what is done about losses. Told at once, then not more often than `rate` a second once
 * `max_burst` is used up; what is lost meanwhile is told together with the next, where Falco forgets it.
 */
export class LossActions {
  readonly #settings: Settings;
  readonly #actions: Actions;
  #tokens: number;
  #filledMs: number | null = null;
  #untold: { readonly lost: Tally; sent: number; readonly fromMs: number; toMs: number } | null = null;

  constructor(settings: Settings, actions: Actions) {
    this.#settings = settings;
    this.#actions = actions;
    this.#tokens = settings.max_burst;
  }

  /**
   * @param report of one look
   * @param nowMs a clock that only goes forward
   */
  take(report: Report, nowMs: number): void {
    if (this.#counts(report)) this.#gather(report);
    this.#fill(nowMs);
    if (this.#untold === null || this.#tokens < 1) return;
    this.#tokens--;
    this.flush();
  }

  /** What `rate` holds back still has to be told. */
  get hasUntold(): boolean {
    return this.#untold !== null;
  }

  /** Tells what is left to tell: also at the end. */
  flush(): void {
    const report = this.#untold;
    this.#untold = null;
    if (report === null) return;
    const { actions } = this.#settings;
    if (actions.includes('log')) for (const line of logLines(report)) this.#actions.log(line);
    if (actions.includes('alert')) this.#actions.alert(report);
    if (actions.includes('exit')) this.#actions.exit();
  }

  /** The threshold is a part of the events; of lost alerts each counts. */
  #counts({ lost, sent }: Report): boolean {
    if (lost.isEmpty || this.#settings.actions.includes('ignore')) return false;
    return lost.alerts > 0 || lost.events / (lost.events + sent) > this.#settings.threshold;
  }

  #gather({ lost, sent, fromMs, toMs }: Report): void {
    this.#untold ??= { lost: new Tally(), sent: 0, fromMs, toMs };
    this.#untold.lost.addAll(lost.list());
    this.#untold.sent += sent;
    this.#untold.toMs = toMs;
  }

  #fill(nowMs: number): void {
    const seconds = (nowMs - (this.#filledMs ?? nowMs)) / 1000;
    this.#tokens = Math.min(this.#settings.max_burst, this.#tokens + seconds * this.#settings.rate);
    this.#filledMs = nowMs;
  }
}
