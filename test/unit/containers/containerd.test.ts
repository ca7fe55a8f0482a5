import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerdSource } from '../../../src/containers/api/containerd.ts';
import { CriSource } from '../../../src/containers/api/cri.ts';
import type { SourceEvent } from '../../../src/containers/source.ts';
import { Faults } from '../../../src/containers/text.ts';
import { EMPTY_LAYER, writeImage } from './oci-image.ts';

// A real containerd with folders of its own. Containers are made, not started: that works without any privilege of
// the kernel; started ones are for the guests.
const missing =
  process.getuid?.() !== 0
    ? 'containerd needs root'
    : ['containerd', 'ctr'].find(
        (one) => !(process.env.PATH ?? '').split(':').some((at) => existsSync(join(at, one))),
      );
const skip = missing !== undefined && `missing: ${missing}`;

const dir = mkdtempSync(join(tmpdir(), 'saker-containerd-'));
const socket = join(dir, 'c.sock');
let daemon: ChildProcess | null = null;

const CONFIG = `version = 2
root = "${dir}/root"
state = "${dir}/state"
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
`;

async function startDaemon(): Promise<void> {
  daemon = spawn('containerd', ['-c', join(dir, 'config.toml')], { stdio: 'ignore' });
  for (;;) {
    try {
      ctr('version');
      return;
    } catch {
      await sleep(100);
    }
  }
}

async function stopDaemon(): Promise<void> {
  const ended = new Promise((resolve) => daemon?.once('exit', resolve));
  daemon?.kill('SIGTERM');
  await ended;
}

const ctr = (...args: string[]): string =>
  execFileSync('ctr', ['-a', socket, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const NAME = 'registry.local:5000/team/tool:1.2';
let digest = '';

before(async () => {
  if (skip !== false) return;
  writeFileSync(join(dir, 'config.toml'), CONFIG);
  digest = writeImage(dir, NAME, EMPTY_LAYER, ['/x']);
  await startDaemon();
  ctr('-n', 'default', 'images', 'import', '--no-unpack', join(dir, 'image.tar'));
});
after(async () => {
  if (daemon !== null) await stopDaemon();
  rmSync(dir, { recursive: true, force: true });
});

const create = (id: string, ...options: string[]): string =>
  ctr('-n', 'default', 'containers', 'create', '--snapshotter', 'native', ...options, NAME, id, '/x');

test('containerd: what is told is what ctr tells', { skip }, async () => {
  const mount = 'type=bind,src=/srv,dst=/data,options=rbind:ro:rslave';
  create('web', '--label', 'app=web', '--label', `long=${'x'.repeat(200)}`, '--mount', mount, '--net-host');
  const source = new ContainerdSource(socket, 100);
  // It was not started, and only what runs is listed.
  assert.deepEqual(await source.list(), []);
  const facts = (await source.lookup({ fullId: 'web', namespace: null }, new Faults()))!;
  const info = JSON.parse(ctr('-n', 'default', 'containers', 'info', 'web'));
  const short = Object.entries<string>(info.Labels).filter(([, value]) => value.length <= 100);
  assert.deepEqual(
    [...facts.labels!],
    short.sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  assert.equal(facts.labels?.get('app'), 'web');
  assert.deepEqual(
    [facts.name, facts.image, facts.imageRepository, facts.imageTag, facts.imageDigest],
    ['web', info.Image, 'registry.local:5000/team/tool', '1.2', digest],
  );
  assert.deepEqual(
    facts.mounts?.map(({ dest }) => dest),
    info.Spec.mounts.map((one: { destination: string }) => one.destination),
  );
  assert.deepEqual(
    facts.mounts?.find(({ dest }) => dest === '/data'),
    {
      source: '/srv',
      dest: '/data',
      mode: '',
      rdwr: false,
      propagation: 'rslave',
    },
  );
  assert.deepEqual([facts.hostNetwork, facts.hostPid, facts.privileged], [true, false, false]);
  assert.equal(facts.createdMs, Math.floor(Date.parse(info.CreatedAt) / 1000) * 1000);
  assert.equal(await source.lookup({ fullId: 'nobody', namespace: null }, new Faults()), null);
  source.close();
});

test('containerd: a privileged container', { skip }, async () => {
  create('root', '--privileged');
  const source = new ContainerdSource(socket, 100);
  assert.equal(
    (await source.lookup({ fullId: 'root', namespace: 'default' }, new Faults()))?.privileged,
    true,
  );
  source.close();
});

test('containerd: events, also after it was restarted', { skip }, async () => {
  const source = new ContainerdSource(socket, 100);
  for (const id of ['one', 'two']) {
    const events: SourceEvent[] = [];
    const open = Promise.withResolvers<void>();
    const stop = new AbortController();
    const watching = source.watch(open.resolve, (event) => events.push(event), stop.signal);
    watching.catch(open.reject);
    await open.promise;
    create(id);
    ctr('-n', 'default', 'containers', 'delete', id);
    while (events.length < 2) await sleep(10);
    const expected = (kind: SourceEvent['kind']) => ({ kind, fullId: id, namespace: 'default' });
    assert.deepEqual(events, [expected('created'), expected('removed')]);
    await stopDaemon();
    await assert.rejects(watching);
    await startDaemon();
  }
  source.close();
});

test('the CRI of containerd: a container that is none of its', { skip }, async () => {
  const source = new CriSource(socket, 100);
  assert.deepEqual(await source.list(), []);
  assert.equal(await source.lookup({ fullId: 'web', namespace: null }, new Faults()), null);
  source.close();
});
