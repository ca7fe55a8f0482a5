// What the trigger told: lines of actions, and of /proc as it was then.

import { decodeByteText } from '../../../src/base/byte-text.ts';

/** A JSON value; integers that a double cannot hold are bigints. */
export type Json = string | number | bigint | boolean | null | Json[] | { [key: string]: Json };

/** One thing that the trigger did. Keys of fields hold what that field must say. */
export interface Action {
  readonly action: string;
  readonly type: string;
  readonly pid: number;
  readonly tid: number;
  /** Which facts hold for the process. */
  readonly process: number;
  /** ns since the epoch, right before and after the call. */
  readonly t0: bigint;
  readonly t1: bigint;
  readonly ret: number;
  readonly errno?: string;
  /** `name=value(meaning)` in Falco's order; some of them when partial. */
  readonly args: readonly string[];
  readonly partial: boolean;
  /** Done by whichever thread of the process. */
  readonly anyThread?: boolean;
  readonly [field: string]: unknown;
}

/** One process, taken out of its files in /proc (proc(5)). Texts are real text. */
export interface Task {
  readonly pid: number;
  readonly comm: string;
  readonly argv: readonly string[];
  /** Null: hidden from the trigger, whose user is another by now. */
  readonly env: readonly string[] | null;
  readonly exe: string | null;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly tty: number;
  /** ns since boot, cut to 10 ms. */
  readonly startNs: bigint;
  /** Lines of status by their name. */
  readonly status: ReadonlyMap<string, string>;
}

export interface Facts {
  readonly self: Task;
  /** Parent first. */
  readonly ancestors: readonly Task[];
  readonly sessionLeader: Task;
  readonly groupLeader: Task;
  /** ns from boot time to wall-clock time. */
  readonly bootOffset: bigint;
  readonly cpu: number;
  readonly cwd: string;
  readonly cgroup: string;
  readonly loginuid: number;
  readonly hostname: string;
  readonly exe: {
    readonly ino: bigint;
    readonly ctime: bigint;
    readonly mtime: bigint;
    readonly mode: number;
    readonly uid: number;
  };
  /** Descriptor → what the link in /proc/self/fd says. */
  readonly fds: ReadonlyMap<number, string>;
  readonly directories: ReadonlySet<number>;
}

/** JSON with whole numbers of any size. */
export function parseExact(text: string): Json {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context!.source!)
      : value,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: lines of JSON that the trigger wrote
type Line = any;

const TICK_NS = 10_000_000n;

function taskOf(line: Line): Task {
  const stat: string = line.stat;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (at: number): number => Number(fields[at]);
  return {
    pid: line.pid,
    comm: decodeByteText(stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))),
    argv: pieces(line.cmdline),
    env: line.environ === undefined ? null : pieces(line.environ),
    exe: line.exe === undefined ? null : decodeByteText(line.exe),
    ppid: number(1),
    pgid: number(2),
    sid: number(3),
    tty: number(4),
    startNs: BigInt(fields[19]!) * TICK_NS,
    status: new Map(
      (line.status as string).split('\n').map((entry): [string, string] => {
        const colon = entry.indexOf(':');
        return [entry.slice(0, colon), entry.slice(colon + 1).trim()];
      }),
    ),
  };
}

/** Texts that each end with a zero byte. */
function pieces(memory: string): string[] {
  const all = memory.split('\0').map(decodeByteText);
  all.pop();
  return all;
}

function factsOf(line: Line): Facts {
  const { self } = line;
  const fds = Object.entries(self.fds as Record<string, string>);
  return {
    self: taskOf(self),
    ancestors: line.ancestors.map(taskOf),
    sessionLeader: taskOf(line.leaders[0]),
    groupLeader: taskOf(line.leaders[1]),
    bootOffset: BigInt(line.bootOffset),
    cpu: line.cpu,
    cwd: decodeByteText(self.cwd),
    cgroup: self.cgroup,
    loginuid: Number(self.loginuid),
    hostname: self.hostname,
    exe: {
      ino: BigInt(self.exeIno),
      ctime: BigInt(self.exeCtime),
      mtime: BigInt(self.exeMtime),
      mode: self.exeMode,
      uid: self.exeUid,
    },
    fds: new Map(
      fds.filter(([key]) => key.startsWith('fd/')).map(([key, link]) => [Number(key.slice(3)), link]),
    ),
    directories: new Set(
      fds.filter(([key]) => key.startsWith('directory')).map(([key]) => Number(key.slice(10))),
    ),
  };
}

export interface Truth {
  readonly actions: readonly Action[];
  readonly facts: ReadonlyMap<number, Facts>;
}

export function readTruth(text: string): Truth {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => parseExact(line));
  return {
    actions: lines.filter((line) => line.action !== undefined).map(decoded),
    facts: new Map(
      lines.filter((line) => line.facts !== undefined).map((line) => [line.facts, factsOf(line)]),
    ),
  };
}

function decoded(line: Line): Action {
  const entries = Object.entries(line).map(([key, value]) => [
    key,
    typeof value === 'string' ? decodeByteText(value) : value,
  ]);
  return {
    ...Object.fromEntries(entries),
    args: line.args.map(decodeByteText),
    t0: BigInt(line.t0),
    t1: BigInt(line.t1),
  };
}
