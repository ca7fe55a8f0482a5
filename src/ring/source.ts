/** @param offset place in the source's memory @param length bytes; both multiples of 8 */
export type OnRecord = (offset: number, length: number) => void;

export interface SourceStats {
  /** Records handed over. */
  records: number;
  /** Times the ring's content made no sense and all that was pending was skipped. */
  corrupt: number;
  /** Bytes skipped because of that. */
  skippedBytes: number;
}

/** Where records come from: the kernel's ring, or a recording. */
export interface RecordSource {
  /** The bytes that offsets refer to. */
  readonly memory: Uint8Array;
  readonly stats: Readonly<SourceStats>;
  /** Hands over at most `budget` records; returns how many. A record is gone even if the callback throws. */
  drain(onRecord: OnRecord, budget: number): number;
  /**
   * Sleeps until there is something to do: first `pauseMs` regardless of new records (so that a busy system is read
   * in batches), then at most `timeoutMs` for a record. A wake-up through the event ends both.
   * @returns true when the event was signalled
   */
  wait(pauseMs: number, timeoutMs: number): boolean;
}
