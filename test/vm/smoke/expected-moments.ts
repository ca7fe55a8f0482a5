/** What the actions of moments.c must have looked like. */
import assert from 'node:assert/strict';

// biome-ignore lint/suspicious/noExplicitAny: lines of JSON whose shape the assertions state
type Line = Record<string, any>;

const PLACE = 0x100000000000;
const PAGE = 4096;
const SIGUSR1 = 10;
const SIGALRM = 14;
const SIGCHLD = 17;
/** X86_PF_WRITE, X86_PF_USER; without X86_PF_PROT the page was not there. */
const WRITE = 2;
const USER = 4;

const numbers = (line: Line | undefined): number[] => line?.args.slice(0, 3);

/** @param lines of the action `moments` */
export function assertMoments(lines: readonly Line[]): void {
  const of = (type: string): Line[] => lines.filter((line) => line.type === type);
  const { pid } = lines.find(({ type }) => type === 'execve')!;
  const child = lines.find(({ type }) => /fork|clone/.test(type))!.childPid;

  const signals = of('signaldeliver').filter((line) => line.pid === pid);
  const delivered = signals.map((line) => numbers(line));
  for (const expected of [
    [pid, pid, SIGUSR1],
    [child, pid, SIGCHLD],
    [0, pid, SIGALRM],
  ])
    assert.ok(
      delivered.some((seen) => String(seen) === String(expected)),
      `${expected} in ${JSON.stringify(delivered)}`,
    );
  assert.ok(signals.every((line) => line.tid === pid && line.comm === 'actions'));

  const faults = of('page_fault').map(numbers);
  const at = (address: number): number[] | undefined => faults.find(([where]) => where === address);
  const byProgram = at(PLACE + 8);
  const byKernel = at(PLACE + PAGE + 16);
  assert.equal(byProgram?.[2], WRITE | USER);
  assert.equal(byKernel?.[2], WRITE);
  assert.ok(byProgram![1]! > 0 && byProgram![1]! < 2 ** 47, 'an instruction of the program');

  // Before its execve the process has the observer's memory and may have had no fault of its own.
  const switches = of('switch').filter((line) => line.pid === pid && line.comm === 'actions');
  assert.ok(
    switches.filter(({ args }) => args[3] > 0).length >= 2,
    JSON.stringify(lines.filter(({ type }) => type === 'switch')),
  );
  for (const { args, tid, slice, cpuTime } of switches) {
    const [next, , minor, size, resident] = args;
    // At its end a process has no memory any more; since 6.2 a processor's last few pages are not in the sum yet.
    const isSize = size >= resident && resident >= 0;
    assert.ok(next !== tid && minor > 0 && (isSize || size === 0), JSON.stringify(args));
    assert.ok(slice > 0 && cpuTime > 0);
  }
  assert.ok(switches.at(-1)!.cpuTime > switches[0]!.cpuTime);
}

/** @param flood what the observer counted while more faults came than the ring holds */
export function assertFlood(flood: Line, lines: readonly Line[]): void {
  assert.ok(flood.lost > 0 && flood.sent > 0 && flood.sent + flood.lost >= 60_000, JSON.stringify(flood));
  assert.equal(flood.seen, flood.sent, 'every record that was sent arrived');
  assert.deepEqual(
    lines.filter(({ type }) => type !== 'page_fault').map(({ type }) => type),
    ['execve', 'procexit'],
  );
}
