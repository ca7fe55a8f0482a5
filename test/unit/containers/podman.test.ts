import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import { readBundle } from '../../../src/containers/bundle.ts';
import type { SourceEvent } from '../../../src/containers/source.ts';
import { StoredSource } from '../../../src/containers/stored.ts';
import { Faults } from '../../../src/containers/text.ts';
import { EMPTY_LAYER, writeImage } from './oci-image.ts';

// A real podman with a storage of its own; containers are made, not started.
const missing =
  process.getuid?.() !== 0
    ? 'podman of root needs root'
    : (process.env.PATH ?? '').split(':').every((at) => !existsSync(join(at, 'podman'))) && 'missing: podman';

const dir = mkdtempSync(join(tmpdir(), 'saker-podman-'));
const socket = join(dir, 'podman.sock');
const NAME = 'registry.local:5000/team/tool:1.2';
const env = { ...process.env, CONTAINERS_STORAGE_CONF: join(dir, 'storage.conf') };
const flags = ['--cgroup-manager=cgroupfs', '--events-backend=file', `--tmpdir=${dir}/tmp`];
let daemon: ChildProcess | null = null;
let digest = '';

const podman = (...args: string[]): string =>
  execFileSync('podman', [...flags, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

before(async () => {
  if (missing !== false) return;
  writeFileSync(
    join(dir, 'storage.conf'),
    `[storage]\ndriver = "vfs"\nrunroot = "${dir}/run"\ngraphroot = "${dir}/lib"\n`,
  );
  digest = writeImage(dir, NAME, EMPTY_LAYER, ['/x']);
  podman('load', '-i', join(dir, 'image.tar'));
  daemon = spawn('podman', [...flags, 'system', 'service', '-t', '0', `unix://${socket}`], {
    env,
    stdio: 'ignore',
  });
  while (!existsSync(socket)) await sleep(50);
});
after(async () => {
  if (daemon !== null) {
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

const OPTIONS = ['--label', 'app=web', '-v', '/srv:/data:ro', '--network', 'none', '--health-cmd', 'cat /ok'];

test('podman: by its socket, and without it by its storage', { skip: missing }, async () => {
  const fullId = podman('create', '--name', 'web', ...OPTIONS, NAME);
  const source = new DockerSource('podman', socket, 100);
  assert.deepEqual(await source.list(), [{ fullId, namespace: null }]);
  const facts = (await source.lookup({ fullId, namespace: null }, new Faults()))!;
  assert.deepEqual(
    [facts.name, facts.image, facts.imageRepository, facts.imageTag, facts.imageDigest],
    ['web', NAME, 'registry.local:5000/team/tool', '1.2', digest],
  );
  assert.deepEqual(facts.mounts, [
    { source: '/srv', dest: '/data', mode: '', rdwr: false, propagation: 'rprivate' },
  ]);
  assert.deepEqual([facts.privileged, facts.labels?.get('app')], [false, 'web']);
  assert.deepEqual(facts.healthcheck, ['/bin/sh', '-c', 'cat /ok']);
  const ask = { key: fullId, fullId, runtime: 'podman', namespace: null, userId: null } as const;
  const stored = readBundle(ask, 100, {
    containerd: [],
    storage: [join(dir, 'run'), join(dir, 'lib')],
  }).facts;
  assert.deepEqual([stored?.name, stored?.image, stored?.imageId], ['web', NAME, facts.imageId]);
  podman('rm', 'web');
  assert.equal(await source.lookup({ fullId, namespace: null }, new Faults()), null);
});

test('podman: its storage is followed', { skip: missing }, async () => {
  const events: SourceEvent[] = [];
  const stop = new AbortController();
  const source = new StoredSource(join(dir, 'lib/vfs-containers'));
  const watching = source.watch(
    () => {},
    (event) => events.push(event),
    stop.signal,
  );
  const fullId = podman('create', '--network', 'none', '--name', 'soon', NAME);
  // Writes the bundle before it asks the runtime, which may have no right to make containers here.
  spawnSync('podman', [...flags, 'init', 'soon'], { env, stdio: 'ignore' });
  while (events.length < 1) await sleep(10);
  podman('rm', '-f', 'soon');
  while (events.length < 2) await sleep(10);
  assert.deepEqual(
    events,
    ['created', 'removed'].map((kind) => ({ kind, fullId, namespace: null })),
  );
  stop.abort();
  await watching;
});

test('podman: events', { skip: missing }, async () => {
  const source = new DockerSource('podman', socket, 100);
  const events: SourceEvent[] = [];
  const stop = new AbortController();
  const open = Promise.withResolvers<void>();
  const watching = source.watch(open.resolve, (event) => events.push(event), stop.signal);
  watching.catch(open.reject);
  await open.promise;
  const fullId = podman('create', '--network', 'none', '--name', 'told', '--label', 'app=web', NAME);
  podman('rm', fullId);
  while (events.length < 2) await sleep(10);
  assert.deepEqual(
    events.map(({ kind, fullId, namespace }) => ({ kind, fullId, namespace })),
    ['created', 'removed'].map((kind) => ({ kind, fullId, namespace: null })),
  );
  const [facts, none] = events.map((event) => event.facts);
  assert.deepEqual(
    [facts?.name, facts?.image, facts?.labels?.get('app'), none],
    ['told', NAME, 'web', undefined],
  );
  assert.equal(facts?.labels?.has('name'), false);
  stop.abort();
  await assert.rejects(watching);
});
