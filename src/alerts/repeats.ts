import type { Match } from './build.ts';

/** An alert that went out, and what repeated it since. */
export interface Window {
  readonly match: Match;
  readonly bytes: number;
  fromMs: number;
  dueMs: number;
  count: number;
  /** Of the last repeat, ns since boot. */
  lastNs: number;
}

/** Windows open at a time, and the memory of what they hold: windows are opened only by alerts that went out. */
export const MAX_WINDOWS = 8192;
export const MAX_WINDOW_BYTES = 16 << 20;

/**
 * The windows of alerts, by key. When there are too many the oldest is closed before its time, so somebody who varies
 * what he does makes others' repeats louder, never quieter.
 */
export class Repeats {
  readonly #summarise: (window: Window, nowMs: number) => void;
  /** In the order they were opened. */
  readonly #windows = new Map<string, Window>();
  #bytes = 0;

  /** @param summarise told of windows that end with repeats in them */
  constructor(summarise: (window: Window, nowMs: number) => void) {
    this.#summarise = summarise;
  }

  get size(): number {
    return this.#windows.size;
  }

  /** Counts a repeat; false when it is none. */
  count(key: string, atNs: number, nowMs: number): boolean {
    const window = this.#windows.get(key);
    if (window === undefined || (nowMs >= window.dueMs && !this.#turn(key, window, nowMs))) return false;
    window.count++;
    window.lastNs = atNs;
    return true;
  }

  open(key: string, match: Match, nowMs: number, windowMs: number): void {
    const bytes = sizeOf(key, match);
    this.#windows.set(key, { match, bytes, fromMs: nowMs, dueMs: nowMs + windowMs, count: 0, lastNs: 0 });
    this.#bytes += bytes;
    while (this.#windows.size > MAX_WINDOWS || this.#bytes > MAX_WINDOW_BYTES) this.#closeOldest(nowMs);
  }

  /** Ends windows whose time is over. @returns when the next one's is; Infinity without any */
  turn(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [key, window] of this.#windows) {
      if (nowMs >= window.dueMs) this.#turn(key, window, nowMs);
      if (this.#windows.has(key)) nextMs = Math.min(nextMs, window.dueMs);
    }
    return nextMs;
  }

  /** Ends all. */
  flush(nowMs: number): void {
    for (const [key, window] of this.#windows) this.#close(key, window, nowMs);
  }

  /** With repeats in it a window is told of and begins anew, so that what goes on is one alert a window. */
  #turn(key: string, window: Window, nowMs: number): boolean {
    if (window.count === 0) {
      this.#close(key, window, nowMs);
      return false;
    }
    this.#summarise(window, nowMs);
    const lengthMs = window.dueMs - window.fromMs;
    window.fromMs = nowMs;
    window.dueMs = nowMs + lengthMs;
    window.count = 0;
    return true;
  }

  #closeOldest(nowMs: number): void {
    const [[key, window] = [undefined, undefined]] = this.#windows;
    if (window !== undefined) this.#close(key, window, nowMs);
  }

  #close(key: string, window: Window, nowMs: number): void {
    this.#windows.delete(key);
    this.#bytes -= window.bytes;
    if (window.count > 0) this.#summarise(window, nowMs);
  }
}

/** Memory a window holds, nearly: the texts, which fields mostly are pieces of, twice. */
function sizeOf(key: string, { output, rawOutput }: Match): number {
  return 1024 + 2 * (key.length + output.length + rawOutput.length);
}
