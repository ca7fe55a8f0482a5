import type { Alert } from '../base/alert.ts';
import type { Sink } from './sink.ts';

export interface Limits {
  /** Severity (syslog(3)) of the least severe alert that passes. */
  readonly leastPriority: number;
  /** Alerts a minute, 0 for no limit. As many may come at once. */
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;

/**
 * A sink that takes only the alerts meant for it, and not too many: a message for people in a burst is read by nobody.
 * What its rate holds back is counted, and told once a minute.
 */
export function limitedSink(
  sink: Sink,
  limits: Limits,
  note: (text: string) => void,
  nowMs: () => number = () => performance.now(),
): Sink {
  let tokens = limits.perMinute;
  let filledMs = nowMs();
  let held = 0;
  let untold = 0;
  const hasRoom = (): boolean => {
    if (limits.perMinute === 0) return true;
    const now = nowMs();
    tokens = Math.min(limits.perMinute, tokens + ((now - filledMs) * limits.perMinute) / MINUTE_MS);
    filledMs = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
  const tell = (): void => {
    note(
      `held back ${untold} ${untold === 1 ? 'alert' : 'alerts'}: its rate is ${limits.perMinute} a minute`,
    );
    untold = 0;
  };
  const hold = (): void => {
    held++;
    if (untold++ === 0) setTimeout(tell, MINUTE_MS).unref();
  };
  return {
    name: sink.name,
    open: () => sink.open(),
    write: (alert: Alert) => {
      if (alert.priorityNumber > limits.leastPriority) return;
      if (hasRoom()) sink.write(alert);
      else hold();
    },
    flush: (timeoutMs) => sink.flush(timeoutMs),
    reopen: () => sink.reopen(),
    renew: () => sink.renew(),
    close: (timeoutMs) => {
      if (untold > 0) tell();
      return sink.close(timeoutMs);
    },
    stats: () => ({ ...sink.stats(), heldBack: held }),
  };
}
