/**
 * What 100,000 live processes cost the table: memory and time, then the same table under fork and exit.
 *
 *     node --expose-gc test/bench/state/processes.ts [processes]
 *
 * Budget: 1 KiB a process, 100 MiB for 100,000 with everything they hold.
 */
import { Interned } from '../../../src/base/interning.ts';
import { Environment, type ImageFacts, ProcessTable, type TaskFacts } from '../../../src/state/index.ts';

const BUDGET_BYTES = 1024;
const count = Number(process.argv[2] ?? 100_000);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run with --expose-gc');

const SECOND = 1e9;
/** A hundred programs; each process has arguments of its own, as a service with many workers has. */
const programs = Array.from({ length: 100 }, (_, i) => new Interned(`/usr/lib/service-${i}/bin/program`));
const comms = programs.map((_, i) => new Interned(`program-${i}`));
const cwd = new Interned('/var/lib/service');

function task(pid: number, ppid: number): TaskFacts {
  return {
    pid,
    startNs: pid * 1000,
    ppid,
    parentStartNs: ppid * 1000,
    comm: comms[pid % comms.length]!,
    sid: ppid,
    pgid: ppid,
    vpid: pid,
    vpgid: ppid,
    pidNs: 4026531836,
    caps: { permitted: 0n, effective: 0n, inheritable: 0n },
    tty: 0,
    loginuid: 0xffffffff,
    uid: 1000,
    gid: 1000,
    cgroup: BigInt(pid % 500),
  };
}

function image(pid: number): ImageFacts {
  const argv = ['program', '--config', `/etc/service/${pid}.conf`, '--worker', String(pid)];
  const path = programs[pid % programs.length]!;
  return {
    exe: new Interned(argv[0]!),
    exepath: path,
    args: new Interned(argv.slice(1).join(' ')),
    argv,
    cwd,
    exeIno: BigInt(pid),
    exeDev: 0,
    mntNs: 0,
    mntUserNs: 0,
    exeCtime: 1_700_000_000_000_000_000n,
    exeMtime: 1_700_000_000_000_000_000n,
    exeMode: 0o100755,
    exeUid: 0,
    exeGid: 0,
    exeReadonly: false,
    userNs: 0,
    exeLayer: null,
    exeUnlinked: false,
    exeFromMemfd: false,
    environment: new Environment(),
  };
}

function used(): number {
  collect!();
  collect!();
  return process.memoryUsage().heapUsed;
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const perSecond = (events: number, ns: bigint): string =>
  Math.round(events / (Number(ns) / SECOND)).toLocaleString('en');

const table = new ProcessTable(() => null);
table.put(task(1, 0), image(1));
const empty = used();
const filling = process.hrtime.bigint();
for (let pid = 2; pid < count + 2; pid++) table.put(task(pid, 1 + (pid >> 4)), image(pid));
const filled = process.hrtime.bigint() - filling;
const full = used() - empty;
const each = Math.round(full / count);
console.log(
  `${table.stats.processes} processes: ${mib(full)} MiB, ${each} bytes each (budget ${BUDGET_BYTES})`,
);
console.log(`filled at ${perSecond(count, filled)} processes a second`);

// Short-lived children with new pids, with reuse of the pid space: the table must not grow.
const ROUNDS = 1_000_000;
const churning = process.hrtime.bigint();
for (let i = 0; i < ROUNDS; i++) {
  const parent = 2 + (i % count);
  const child = { ...task(count + 10 + (i % 4096), parent), startNs: (i + count) * 2000 };
  table.fork(child, table.byPid(parent));
  // One exit of a hundred is lost.
  if (i % 100 !== 0) table.exit(child.pid, child.startNs);
}
const churned = process.hrtime.bigint() - churning;
const after = used() - empty;
console.log(`fork and exit at ${perSecond(ROUNDS, churned)} pairs a second`);
console.log(
  `after ${ROUNDS.toLocaleString('en')} pairs: ${table.stats.processes} processes, ${mib(after)} MiB`,
);

// What every other event costs: its process is known.
const looking = process.hrtime.bigint();
let found = 0;
for (let i = 0; i < ROUNDS; i++) {
  const pid = 2 + ((i * 7919) % count);
  if (table.get(pid, pid * 1000, i) !== null) found++;
}
console.log(`looked up ${perSecond(found, process.hrtime.bigint() - looking)} processes a second`);
process.exitCode = each <= BUDGET_BYTES && table.stats.processes < count + 4200 ? 0 : 1;
