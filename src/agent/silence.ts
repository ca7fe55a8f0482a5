import type { InternalMatch } from '../engine/internal-alert.ts';
import type { Log } from './log.ts';

/** What a poll of Falco's waits; `syscall_event_timeouts.max_consecutives` counts such polls without an event. */
export const POLL_MS = 30;
/** The name under which Falco's users look for it. */
const RULE = 'Falco internal: timeouts notification';

export interface SilenceParts {
  readonly log: Pick<Log, 'error' | 'notice'>;
  tell(notice: InternalMatch): void;
  readonly nowMs?: () => number;
}

/**
 * Says that the agent is blind: a canary is due and no event comes through. The log says so each time a canary is asked
 * after; outputs get one alert for each silence, once it has lasted long enough.
 */
export class Silence {
  readonly #parts: SilenceParts;
  readonly #afterMs: number;
  #told = false;

  /** @param maxConsecutives see POLL_MS */
  constructor(parts: SilenceParts, maxConsecutives: number) {
    this.#parts = parts;
    this.#afterMs = maxConsecutives * POLL_MS;
  }

  /** @param silentMs since something came through */
  lasts(silentMs: number): void {
    this.#parts.log.error(
      `no event has come through for ${silentMs} ms: saker is blind, the messages before this say why`,
    );
    if (this.#told || silentMs < this.#afterMs) return;
    this.#told = true;
    const nowMs = (this.#parts.nowMs ?? Date.now)();
    this.#parts.tell(notice(nowMs, silentMs));
  }

  /** Something came through. */
  over(): void {
    if (this.#told) this.#parts.log.notice('events come through again');
    this.#told = false;
  }
}

function notice(nowMs: number, silentMs: number): InternalMatch {
  const last = new Date(nowMs - silentMs).toISOString();
  return {
    rule: RULE,
    priority: 'Critical',
    timeNs: BigInt(nowMs) * 1_000_000n,
    output: `${RULE}. No event has come through for ${Math.round(silentMs / 1000)} s, though saker made one to see: no rule sees anything`,
    fields: { last_event_time: last, silent_ms: silentMs },
  };
}
