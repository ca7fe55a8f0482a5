import type { Alert } from '../base/alert.ts';
import type { Retry } from './backoff.ts';

/** One destination of alerts as the rest of saker sees it. No method throws; trouble shows in stats and onState. */
export interface Sink {
  readonly name: string;
  /** Tries the destination, so that a wrong path or a missing socket shows at start and not with the first alert. */
  open(): void;
  /** Takes the alert or counts it as dropped; never waits. */
  write(alert: Alert): void;
  /** True once everything taken so far is delivered, false when `timeoutMs` pass before. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Lets go of the destination so that the next alert opens it anew (log rotation). */
  reopen(): void;
  /** Files it read, such as certificates and tokens, may have changed: they are read again before the next alert. */
  renew(): void;
  /** Flushes for at most `timeoutMs`, counts the rest as dropped, and closes. */
  close(timeoutMs: number): Promise<void>;
  stats(): SinkStats;
}

export interface SinkStats {
  readonly name: string;
  /** Alerts waiting, including those in a batch on its way. */
  readonly queued: number;
  readonly delivered: number;
  /** Alerts lost because the queue was full, or left over at close. */
  readonly dropped: number;
  /** Alerts the destination can never take, such as a message beyond its size limit. */
  readonly refused: number;
  /** Attempts that had to be repeated. */
  readonly retries: number;
  /** Why the destination does not take alerts now; null while it does. */
  readonly error: string | null;
  /** Wall clock of the last failure, ms since the epoch; null: none yet. */
  readonly failedAtMs?: number | null;
  /** Alerts its rate held back. */
  readonly heldBack?: number;
  /** Of those refused, the ones kept for people in `dead-letter.jsonl`, where the output has a spool. */
  readonly deadLetters?: number;
  /** Of those queued, the ones on the disk, where the output has a spool. */
  readonly spool?: {
    readonly records: number;
    readonly bytes: number;
    /** Bytes an earlier run left unfinished when it was killed. */
    readonly tornBytes: number;
  };
}

/** What differs between destinations: how an alert is written and how written records get there. */
export interface Channel {
  readonly name: string;
  /** Waits between attempts where the usual ones, made for this machine's own daemons, do not fit. */
  readonly retry?: Retry;
  /** Without progress for so long it counts as failing, ms; where the configured time does not fit. */
  readonly stallMs?: number;
  /** Opens the destination if it is not open; what is wrong with it, or null. send() opens it anew by itself. */
  open(): string | null | Promise<string | null>;
  encode(alert: Alert): Uint8Array;
  /**
   * Hands over records in order. After an error the next call begins with the first record that was not done;
   * the same bytes, so that a channel may go on in the middle of it.
   */
  send(records: readonly Uint8Array[]): Sent | Promise<Sent>;
  reopen(): void;
  /** As of a sink; a channel without it reads no files. */
  renew?(): void;
  close(): void;
}

export interface Sent {
  /** Records completely handed over. */
  readonly done: number;
  /** Why not all of them; null when all. */
  readonly error: string | null;
  /** The record after those done can never be taken: skip it. Otherwise it is tried again. */
  readonly refused?: boolean;
  /** The reader only lags: no trouble to report unless it lasts. */
  readonly busy?: boolean;
  /** The destination asked not to be tried again sooner, ms. */
  readonly retryAfterMs?: number;
}

/** Told when a destination fails and when it works again; not for every attempt. */
export type OnState = (sink: string, error: string | null) => void;
