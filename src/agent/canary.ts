import type { Backlog } from '../engine/backlog.ts';

/**
 * The canary: an open by the agent itself that has to come back as an alert. It proves at start and from then on
 * that hooks, ring, engine and the way to the main thread work; only then is the service ready, and only then is
 * systemd's watchdog fed.
 *
 * It comes in the order of all events, so under load it comes late, and when the ring is full it does not come at all.
 * Neither is blindness, and ending the agent would lose what waits. So one that is late is asked after:
 *
 *   the reader has not come to its place ─▶ it goes on: busy; it stands still: silence
 *   the reader has passed its place, and the engine has handed over all it took ─▶ lost: the ring was full: busy;
 *                                                                                        it was not: silence
 *   the reader has passed its place, and the engine has not answered yet ─▶ as in the first line
 */
export interface Canary {
  /** Sends one, unless one is still under way. */
  sing(): void;
  /** An alert of the canary's rule arrived. */
  heard(): void;
  stop(): void;
}

export interface CanaryOptions {
  /** O_* bits by which the kernel side knows the canary among the agent's own opens. */
  readonly flags: number;
  /** After this long, and then again and again, a canary is asked after. */
  readonly patienceMs: number;
  /** What waits in the ring. */
  readonly backlog: () => Backlog;
  /** Resolves when the engine has handed over what it had taken out of the ring when it was asked. */
  readonly settle: () => Promise<unknown>;
  /** One came back after so many ms. */
  readonly onHeard: (ms: number) => void;
  /** None came for so many ms, because there is more to do than can be done; it is being done. */
  readonly onBusy: (ms: number) => void;
  /** One did not come back after so many ms, though nothing stood in its way or the engine stands still. */
  readonly onSilence: (ms: number) => void;
  /** Tries to open the canary's file with these flags. It is not there; that it was tried is the point. */
  readonly open: (flags: number) => void;
}

/** Above this share of its size the ring takes no more than what the agent cannot do without (saker_config.bulk_limit). */
const CROWDED = 7 / 8;

interface UnderWay {
  readonly sinceMs: number;
  /** Its record lies before this position of the ring. */
  readonly mark: number;
  /** There may have been no place for it. */
  readonly crowded: boolean;
  /** Where the reader was when it was last asked after. */
  read: number;
  /** The reader has passed it, and the engine was asked for what it took. */
  isPassed: boolean;
}

const isCrowded = ({ written, read, sizeBytes }: Backlog): boolean => written - read > CROWDED * sizeBytes;

export function createCanary(options: CanaryOptions): Canary {
  const { flags, patienceMs, backlog, settle, onHeard, onBusy, onSilence, open } = options;
  let timer: NodeJS.Timeout | undefined;
  let underWay: UnderWay | null = null;
  let heardLastMs = performance.now();
  const silentMs = (): number => Math.round(performance.now() - heardLastMs);

  const sing = (): void => {
    if (underWay !== null) return;
    const before = backlog();
    open(flags);
    const after = backlog();
    underWay = {
      sinceMs: performance.now(),
      mark: after.written,
      crowded: isCrowded(before) || isCrowded(after),
      read: after.read,
      isPassed: false,
    };
    timer = setTimeout(ask, patienceMs, underWay);
  };

  const ask = (canary: UnderWay): void => {
    timer = setTimeout(ask, patienceMs, canary);
    const { read } = backlog();
    const goesOn = read > canary.read;
    canary.read = read;
    if (read < canary.mark) (goesOn ? onBusy : onSilence)(silentMs());
    else if (canary.isPassed) (goesOn ? onBusy : onSilence)(silentMs());
    else {
      canary.isPassed = true;
      settle().then(
        () => lose(canary),
        () => {},
      );
    }
  };

  const lose = (canary: UnderWay): void => {
    if (underWay !== canary) return;
    stop();
    (canary.crowded ? onBusy : onSilence)(silentMs());
    // The kernel may have skipped one run of the program, which is no blindness; at the usual time the next one would come
    // too late for the watchdog.
    sing();
  };

  const stop = (): void => {
    clearTimeout(timer);
    underWay = null;
  };

  return {
    sing,
    heard() {
      const now = performance.now();
      const tookMs = now - (underWay?.sinceMs ?? now);
      heardLastMs = now;
      stop();
      onHeard(Math.round(tookMs));
    },
    stop,
  };
}
