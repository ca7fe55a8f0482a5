/**
 * Runs in a guest: `observe.ts TYPES ACTION...` attaches the event types (separated by commas), runs `actions` once per ACTION, prints what was seen of it as JSON
 * lines, then one line with the state of the probes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { EventRecord, splitRecords } from '../../../src/decode/index.ts';
import {
  explainFailure,
  findObstacle,
  kernelFunctions,
  LoadError,
  openNative,
  readObjects,
  startProbes,
} from '../../../src/kernel/index.ts';
import { mapRing, openRing } from '../../../src/ring/index.ts';
import { ANY_OPEN } from '../../../src/schema/open-guard.ts';
import { OPEN_KINDS } from '../../../src/schema/open-kinds.ts';
import * as r from '../../../src/schema/record.generated.ts';
import { GUARDS, guardOf, OPENED } from './guarded.ts';

const root = new URL('../../..', import.meta.url);
const ACTIONS = new URL('build/smoke/actions', root).pathname;

function print(value: unknown): void {
  console.log(JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? String(v) : v)));
}

function openFields({ open }: EventRecord): object {
  const { dirfd, openFlags, mode, dev, ino, fileMode, nlink, resolve, nameFlags, pathFlags, baseFlags } =
    open;
  const text = { name: open.name.text, path: open.path.text, base: open.base.text };
  return {
    ...text,
    dirfd,
    openFlags,
    mode,
    dev,
    ino,
    fileMode,
    nlink,
    resolve,
    nameFlags,
    pathFlags,
    baseFlags,
  };
}

function execFields({ exec }: EventRecord): object {
  const {
    ppid,
    parentStartNs,
    sid,
    pgid,
    vpid,
    tty,
    loginuid,
    uid,
    gid,
    capEffective,
    exeIno,
    exeNlink,
    exeMode,
  } = exec;
  const { exeCtime, exeMtime, mntNs, pidNs, netNs, userNs, exeFlags, argvFlags } = exec;
  const text = {
    exe: exec.exe.text,
    filename: exec.filename.text,
    cwd: exec.cwd.text,
    ttyName: exec.ttyName.text,
  };
  const ids = { ppid, parentStartNs, sid, pgid, vpid, tty, loginuid, uid, gid, capEffective };
  const file = { exeIno, exeNlink, exeMode, exeCtime, exeMtime, exeFlags, argvFlags };
  return {
    ...text,
    cgroup: exec.cgroup.text,
    args: exec.args(),
    env: exec.env,
    ...ids,
    ...file,
    mntNs,
    pidNs,
    netNs,
    userNs,
  };
}

function callFields({ call }: EventRecord): object {
  const { nr, fd, ino, dev, fileMode, nameFlags, baseFlags, pathFlags, textFlags } = call;
  const { name, base, name2, base2, path, text } = call;
  return {
    ...{ nr, fd, ino, dev, fileMode },
    ...{ name: name.text, base: base.text, name2: name2.text, base2: base2.text },
    ...{ path: path.text, text: text.text, nameFlags, baseFlags, pathFlags, textFlags },
    args: [0, 1, 2, 3, 4, 5].map((i) => call.int(i)),
    out: [0, 1, 2].map((i) => Number(call.out(i))),
    data: Buffer.from(call.data).toString('latin1'),
  };
}

function socketFields({ socket }: EventRecord): object {
  const { nr, fd, size, ino, family, sockType, protocol, state, known, localPort, remotePort } = socket;
  const hex = (bytes: Uint8Array): string =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/(00)+$/, '');
  return {
    ...{ nr, fd, size, ino, family, sockType, protocol, state, known, localPort, remotePort },
    pair: [socket.pair(0), socket.pair(1)],
    local: hex(socket.localAddress),
    remote: hex(socket.remoteAddress),
    localPath: socket.localPath.text,
    remotePath: socket.remotePath.text,
    args: [0, 1, 2, 3, 4, 5].map((i) => socket.int(i)),
    data: Buffer.from(socket.data).toString('latin1'),
  };
}

function momentFields({ moment }: EventRecord): object {
  const args = [0, 1, 2, 3, 4, 5].map((i) => Number(moment.arg(i)));
  return { args, slice: moment.sliceNs, cpuTime: moment.cpuNs };
}

function layoutFields(event: EventRecord): object {
  if (event.layout === r.LAYOUT_CALL) return callFields(event);
  if (event.layout === r.LAYOUT_SOCKET) return socketFields(event);
  if (event.layout === r.LAYOUT_OPEN) return openFields(event);
  if (event.layout === r.LAYOUT_EXEC) return execFields(event);
  if (event.layout === r.LAYOUT_EXEC_FAILED) {
    const { filename, base, dirfd, atFlags } = event.execFailed;
    return { filename: filename.text, base: base.text, dirfd, atFlags };
  }
  if (event.layout === r.LAYOUT_MOMENT) return momentFields(event);
  if (event.layout === r.LAYOUT_EXIT) return { status: event.exit.status, reaperPid: event.exit.reaperPid };
  const { childPid, childTid, childVpid, childVtid, childStartNs, childCgroupId, cloneFlags } = event.fork;
  return { childPid, childTid, childVpid, childVtid, childStartNs, childCgroupId, cloneFlags };
}

function fields(event: EventRecord): object {
  const { typeName: type, pid, tid, uid, gid, ret, flags, startNs, ts, cgroupId, layout, cpu } = event;
  return {
    type,
    layout,
    pid,
    tid,
    uid,
    gid,
    ret,
    flags,
    startNs,
    ts,
    cgroupId,
    cpu,
    comm: event.comm.text,
    ...layoutFields(event),
  };
}

const obstacle = findObstacle();
if (obstacle !== null) throw new Error(obstacle.what);
const native = openNative();
const began = performance.now();
const functions = kernelFunctions(native);
const planned = performance.now();
const ringBytes = 8 << 20;
const images = readObjects(functions, (name) => readFileSync(new URL(`build/bpf/${name}`, root)));
const notices: string[] = [];
const options = {
  images,
  ringBytes,
  ownPid: process.pid,
  threads: false,
  functions,
  onNotice: ({ text }: { text: string }) => void notices.push(text),
  // One tier after the other must give the same records.
  dispatcherOnly: process.env.TIER === 'dispatcher',
};
const probes = await startProbes(native, new Set(), new Set(), options).catch((error: unknown) => {
  if (error instanceof LoadError) throw new Error(`${explainFailure(error).what}\n${error.log}`);
  throw error;
});
const events = performance.now();
await probes.settled();
const loaded = performance.now();
const few = probes.active.length;
const [types = '', ...actions] = process.argv.slice(2);
await probes.want(new Set(types.split(',')), new Set(['env', 'data']));
await probes.settled();
const attached = performance.now();
const event = native.saker_event_open();
const ring = openRing(native, mapRing(native, probes.ringFd, ringBytes), event);
const view = new EventRecord(ring.memory);

const own = process.pid;
/** Processes under observation: the children of this one, and theirs. */
const family = new Set<number>();
let refused = 0;
/** By type: all records, and those of this process. */
const seen = new Map<string, number>();
let ofOwn = 0;
/** A flood is counted and not told. */
let told = true;

function show(offset: number, length: number): void {
  if (!view.at(offset, length)) {
    refused++;
    return;
  }
  seen.set(view.typeName, (seen.get(view.typeName) ?? 0) + 1);
  if (view.layout === r.LAYOUT_MOMENT && view.type !== r.TYPE_SIGNALDELIVER && view.pid === own) ofOwn++;
  if (view.layout === r.LAYOUT_FORK && (view.pid === own || family.has(view.pid)))
    family.add(view.fork.childPid);
  if (family.has(view.pid) && (told || view.layout !== r.LAYOUT_MOMENT)) print(fields(view));
}

function observe(action: string, title = action, args: readonly string[] = []): void {
  print({ action: title });
  const done = spawnSync(ACTIONS, [action, ...args], { encoding: 'utf8', env: { SMOKE: 'a b', EMPTY: '' } });
  if (done.stderr !== '') print({ action, stderr: done.stderr });
  ring.wait(0, 50);
  while (ring.drain(show, 1000) > 0);
}

for (const action of actions) observe(action);

const tasks = new Uint8Array(probes.readTasks());
const taskView = new EventRecord(tasks);
const found: object[] = [];
const leftOver = splitRecords(tasks, (offset, length) => {
  if (!taskView.at(offset, length)) refused++;
  else if (taskView.pid === 1 || taskView.pid === 2 || taskView.pid === own) found.push(fields(taskView));
});
const times = {
  planMs: planned - began,
  firstMs: events - planned,
  loadMs: loaded - events,
  attachMs: attached - loaded,
};
native.saker_event_signal(event);
const wakeByEvent = ring.wait(0, 200);
const { active } = probes;
print({
  summary: {
    own,
    few,
    active,
    notices,
    state: probes.state(),
    refused,
    leftOver,
    tasks: found,
    wakeByEvent,
    ring: ring.stats,
    times,
  },
});
print({ counts: probes.counts(), facts: probes.facts() });

// What reloads do: nothing wanted, then two types.
const leaving = performance.now();
await probes.want(new Set(), new Set());
observe('opens', 'nothing-wanted');
await probes.settled();
print({ detachMs: performance.now() - leaving, active: probes.active.length });
await probes.want(new Set(['open', 'mkdir']), new Set());
await probes.settled();
observe('opens', 'two-wanted');
observe('file-names', 'two-wanted-names');
for (const kind of OPEN_KINDS) {
  await probes.want(new Set(['open', 'openat', 'openat2', 'creat']), new Set(), [
    { kinds: new Set([kind]), names: null },
  ]);
  await probes.settled();
  for (const action of ['opens', 'uring', 'uring-missing']) observe(action, `${action}-${kind}`);
}
const OPENS = new Set(['open', 'openat', 'openat2', 'creat']);
for (const guard of ['none', ...Object.keys(GUARDS)]) {
  await probes.want(OPENS, new Set(), guard === 'none' ? ANY_OPEN : guardOf(guard));
  const dropped = () => probes.counts().reduce((sum, count) => sum + Number(count.dropped), 0);
  const before = dropped();
  observe('open-each', `names-${guard}`, OPENED);
  print({ action: `dropped-${guard}`, dropped: dropped() - before });
}
const MOMENTS = ['switch', 'signaldeliver', 'page_fault'];
await probes.want(new Set(MOMENTS), new Set());
await probes.settled();
observe('moments');
print({ action: 'after-moments', ofOwn, notices: notices.slice(), active: probes.active });

/** What became of the events of one type while `actions` did something with nobody reading. */
async function losses(type: string, action: string): Promise<void> {
  await probes.want(new Set([type]), new Set(['data']));
  await probes.settled();
  const countOf = () => probes.counts().find((count) => count.type === type);
  ring.drain(show, Number.MAX_SAFE_INTEGER);
  const [before, had] = [countOf(), seen.get(type) ?? 0];
  observe(action);
  const now = countOf();
  const [sent, lost] = [now!.sent - (before?.sent ?? 0n), now!.lost - (before?.lost ?? 0n)].map(Number);
  print({ action: `${action}-losses`, seen: seen.get(type)! - had, sent, lost });
}
await losses('sendmmsg', 'many-messages');
told = false;
await losses('page_fault', 'moments-flood');
const closing = performance.now();
await probes.close();
print({ closeMs: performance.now() - closing });
