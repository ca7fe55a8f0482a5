/** What outlives a run of the agent: one small file, so that the next run can tell for how long nobody watched. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readFileBounded } from '../../host/index.ts';
import type { Loss } from '../losses/tally.ts';

/** One moment by both clocks, ms: the wall clock may be set, the other starts anew with the machine. */
export interface Moment {
  /** CLOCK_REALTIME, since the epoch. */
  readonly wall: number;
  /** CLOCK_BOOTTIME, since boot. */
  readonly boot: number;
}

export interface RunRecord {
  readonly format: 1;
  /** /proc/sys/kernel/random/boot_id of the machine's run that `boot` times belong to. */
  readonly bootId: string;
  /** The agent was known to watch. */
  readonly seen: Moment;
  /** The agent's own word on its end; null: it had no time for one. */
  readonly end: { readonly at: Moment; readonly reason: string } | null;
  /** Since the file began. */
  readonly starts: number;
  readonly unobservedMs: number;
  readonly losses: readonly Loss[];
  /** Protected files as they were: path → identity. */
  readonly files: Readonly<Record<string, string>>;
}

/** Some thousand files and losses take less. */
const MAX_BYTES = 1 << 20;
const NAME = 'run.json';
/** Written by the unit's ExecStopPost. */
const ENDED = 'ended';
const MAX_ENDED = 200;

/** @returns null: no earlier run, or nothing that can be read as one */
export function readRecord(directory: string): RunRecord | null {
  const bytes = readFileBounded(join(directory, NAME), MAX_BYTES);
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Replaces the file as a whole.
 * @param sync wait until the disk has it: at start and end, not each time the agent says that it lives
 * @throws Error of the file system
 */
export function writeRecord(directory: string, record: RunRecord, sync: boolean): void {
  const path = join(directory, NAME);
  const fd = openSync(`${path}.part`, 'w', 0o600);
  try {
    writeSync(fd, `${JSON.stringify(record)}\n`);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.part`, path);
}

/** How the service manager saw the first end since the agent last watched, such as `signal killed KILL`; and when, ms. */
export function readEnded(directory: string): { readonly wall: number; readonly how: string } | null {
  const path = join(directory, ENDED);
  const how = readFileBounded(path, MAX_ENDED)?.toString('latin1').trim();
  const stat = statSync(path, { throwIfNoEntry: false });
  return how === undefined || stat === undefined ? null : { wall: Math.round(stat.mtimeMs), how };
}

export function forgetEnded(directory: string): void {
  rmSync(join(directory, ENDED), { force: true });
}

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value) || value.format !== 1) return false;
  const { bootId, seen, end, starts, unobservedMs, losses, files } = value;
  return (
    typeof bootId === 'string' &&
    isMoment(seen) &&
    (end === null || (isObject(end) && isMoment(end.at) && typeof end.reason === 'string')) &&
    isCount(starts) &&
    isCount(unobservedMs) &&
    Array.isArray(losses) &&
    losses.every(isLoss) &&
    isObject(files) &&
    Object.values(files).every((identity) => typeof identity === 'string')
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Also a time in ms that Date can show. */
const isCount = (value: unknown): value is number =>
  Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
const isMoment = (value: unknown): boolean => isObject(value) && isCount(value.wall) && isCount(value.boot);
const isLoss = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.cause === 'string' &&
  typeof value.name === 'string' &&
  isCount(value.count);
