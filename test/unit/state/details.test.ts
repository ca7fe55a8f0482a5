import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { ProcDetails } from '../../../src/host/index.ts';
import {
  type DetailSource,
  Details,
  Environment,
  Environments,
  hostState,
  Process,
} from '../../../src/state/index.ts';

const SECOND = 1e9;
/** Empty for the descriptor that listed the others. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
const host = hostState();

/** This very process, as the table would know it. */
function self(): Process {
  const found = host.readProcess(process.pid);
  assert.ok(found);
  const made = new Process(found.task);
  made.setImage(found.image);
  return made;
}

function counting(): { source: DetailSource; reads: string[] } {
  const real = new ProcDetails();
  const reads: string[] = [];
  const source: DetailSource = {
    startTicks: (pid) => real.startTicks(pid),
    environ: (pid) => {
      reads.push('environ');
      return real.environ(pid);
    },
    status: (pid, tid) => {
      reads.push('status');
      return real.status(pid, tid);
    },
    cpuNs: (pid, tid) => real.cpuNs(pid, tid),
    cpuTimes: (pid, tid) => real.cpuTimes(pid, tid),
    mapsIds: (pid, uid, gid) => real.mapsIds(pid, uid, gid),
    cgroups: (pid) => real.cgroups(pid),
    auditSession: (pid) => real.auditSession(pid),
    descriptorLimit: (pid) => real.descriptorLimit(pid),
    descriptorCount: (pid) => real.descriptorCount(pid),
    descriptor: (pid, fd) => real.descriptor(pid, fd),
    descriptorKinds: (pid) => real.descriptorKinds(pid),
    threadDirectory: (pid, tid) => real.threadDirectory(pid, tid),
  };
  return { source, reads };
}

test('facts of this process are those that it knows of itself', () => {
  const details = new Details(new ProcDetails(), new Environments());
  const me = self();
  assert.ok(details.environment(me, 0)?.variable('PATH') === process.env.PATH);
  const status = details.status(me, process.pid, 0);
  assert.ok(status !== null && status.vmRss > 1000 && status.vmSize > status.vmRss && status.threads > 1);
  assert.equal(status.vtid, process.pid);
  assert.ok((details.descriptorCount(me, 0) ?? 0) > 2);
  assert.ok((details.descriptorLimit(me, 0) ?? 0) !== 0);
  assert.ok((details.cgroups(me, 0)?.length ?? 0) > 0);
});

test('descriptors by kind and name', async () => {
  const real = new ProcDetails();
  const file = openSync('/etc/passwd', 'r');
  const directory = openSync('/etc', 'r');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  try {
    assert.deepEqual(real.descriptor(process.pid, file), { type: 'file', name: '/etc/passwd' });
    assert.deepEqual(real.descriptor(process.pid, directory), { type: 'directory', name: '/etc' });
    assert.equal(real.descriptor(process.pid, 1_000_000), null);
    const kinds = real.descriptorKinds(process.pid);
    assert.equal(kinds.get(file), 'file');
    assert.ok([...kinds.values()].includes('eventpoll'), 'the event loop');
    const listening = [...kinds].filter(([, kind]) => kind === 'ipv4');
    assert.ok(
      listening.some(([fd]) => real.descriptor(process.pid, fd)?.name === `127.0.0.1:${port}`),
      JSON.stringify(listening),
    );
  } finally {
    server.close();
    closeSync(file);
    closeSync(directory);
  }
});

test('the environment is read once per image, changing facts once a second', () => {
  const { source, reads } = counting();
  const details = new Details(source, new Environments());
  const me = self();
  for (const now of [0, 1, 0.5 * SECOND]) {
    details.environment(me, now);
    details.status(me, process.pid, now);
  }
  assert.deepEqual(reads, ['environ', 'status']);
  details.status(me, process.pid, 2 * SECOND);
  details.environment(me, 2 * SECOND);
  assert.deepEqual(reads, ['environ', 'status', 'status']);
  me.setImage({ ...me.image, environment: new Environment() });
  details.environment(me, 2 * SECOND);
  assert.deepEqual(reads, ['environ', 'status', 'status', 'environ']);
});

test('a pid that is somebody else now gives nothing, an ended process is not asked', () => {
  const { source, reads } = counting();
  const details = new Details(source, new Environments());
  const other = new Process({ ...host.readProcess(process.pid)!.task, startNs: 1 });
  assert.equal(details.environment(other, 0), null);
  assert.equal(details.status(other, process.pid, 0), null);
  const ended = self();
  ended.ended = true;
  reads.length = 0;
  assert.equal(details.environment(ended, 0), null);
  assert.deepEqual(reads, []);
});

test('memory and reads are bounded', () => {
  const { source, reads } = counting();
  const details = new Details(source, new Environments());
  const { task } = host.readProcess(process.pid)!;
  for (let i = 0; i < 5000; i++) details.status(new Process({ ...task, comm: new Interned('x') }), 1, 0);
  assert.equal(details.size, 2048);
  assert.equal(reads.length, 500);
});

test('the share of the CPU lies between two looks, a second or more apart', () => {
  let userNs = 0;
  const { source } = counting();
  const details = new Details(
    { ...source, cpuTimes: () => ({ userNs, systemNs: userNs / 2 }) },
    new Environments(),
  );
  const me = self();
  const use = (now: number) => details.cpuUse(me, process.pid, now);
  assert.equal(use(0), null);
  userNs = 0.5 * SECOND;
  assert.equal(use(0.9 * SECOND), null);
  assert.deepEqual(use(SECOND), { user: 50, system: 25 });
  userNs = SECOND;
  assert.deepEqual(use(1.5 * SECOND), { user: 50, system: 25 });
  assert.deepEqual(use(3 * SECOND), { user: 25, system: 12.5 });
});

test('ids that the first user namespace knows are all but the last', () => {
  const real = new ProcDetails();
  assert.equal(real.mapsIds(process.pid, 0, 0), true);
  assert.equal(real.mapsIds(process.pid, 0xffffffff, 0), false);
  assert.equal(real.mapsIds(0x3fffffff, 0, 0), false);
});

test('a descriptor of /proc is told only if it is the file that is meant', async () => {
  const real = new ProcDetails();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const directory = openSync('/usr', 'r');
  const links = readdirSync('/proc/self/fd').map((fd) => [Number(fd), linkOf(fd)] as const);
  const find = (start: string) => links.find(([, link]) => link.startsWith(start))!;
  const [socket, name] = find('socket:');
  const ino = BigInt(/\d+/.exec(name)![0]);
  const [anonymous, kind] = find('anon_inode:[');
  const path = `/${kind.slice('anon_inode:'.length)}`;
  const rows: [fd: number, meant: { ino: bigint; path: string }, found: boolean][] = [
    [socket, { ino, path: '/TCP' }, true],
    [socket, { ino: ino + 1n, path: '/TCP' }, false],
    [anonymous, { ino: 1n, path }, true],
    [anonymous, { ino: 1n, path: '/[another]' }, false],
    [directory, { ino: 1n, path: '/usr' }, true],
    [directory, { ino: 1n, path: '/bin' }, false],
    [directory, { ino: 1n, path: '' }, false],
  ];
  for (const [fd, meant, found] of rows)
    assert.equal(real.descriptor(process.pid, fd, meant) !== null, found, `${fd} ${meant.path}`);
  assert.equal(real.descriptor(process.pid, directory)?.type, 'directory');
  assert.equal(real.threadDirectory(process.pid, process.pid), process.cwd());
  closeSync(directory);
  server.close();
});
