import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import type { ContainerFacts } from '../../../src/containers/facts.ts';
import type { SourceEvent } from '../../../src/containers/source.ts';
import { Faults } from '../../../src/containers/text.ts';
import { EMPTY_LAYER } from './oci-image.ts';

// A real dockerd with folders of its own and without networks; containers are made, not started.
const missing =
  process.getuid?.() !== 0
    ? 'dockerd needs root'
    : (process.env.PATH ?? '').split(':').every((at) => !existsSync(join(at, 'dockerd'))) &&
      'missing: dockerd';

const dir = mkdtempSync(join(tmpdir(), 'saker-dockerd-'));
const socket = join(dir, 'docker.sock');
let daemon: ChildProcess | null = null;

/** @returns the answer's body; rejects on a status above 299 */
function call(method: string, path: string, body: string | Buffer = ''): Promise<string> {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-tar';
  return new Promise((resolve, reject) => {
    const options = { socketPath: socket, method, path, headers: { 'content-type': type } };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode! > 299 ? reject(new Error(text)) : resolve(text)));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function create(name: string, more: object): Promise<string> {
  return JSON.parse(
    await call('POST', `/containers/create?name=${name}`, JSON.stringify({ Image: 'tool:1.2', ...more })),
  ).Id;
}

before(async () => {
  if (missing !== false) return;
  const own = [
    '--data-root',
    `${dir}/data`,
    '--exec-root',
    `${dir}/exec`,
    '-p',
    `${dir}/pid`,
    '-H',
    `unix://${socket}`,
  ];
  const apart = [
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
    '--storage-driver=vfs',
    '--containerd-namespace=saker-test',
  ];
  daemon = spawn('dockerd', [...own, ...apart], { stdio: 'ignore' });
  for (;;) {
    try {
      await call('GET', '/_ping');
      break;
    } catch {
      await sleep(100);
    }
  }
  await call('POST', '/images/create?fromSrc=-&repo=tool&tag=1.2', EMPTY_LAYER);
});
after(async () => {
  if (daemon !== null) {
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

test('dockerd: containers as its API tells them, and as it makes and removes them', {
  skip: missing,
}, async () => {
  const source = new DockerSource('docker', socket, 100);
  const events: SourceEvent[] = [];
  const stop = new AbortController();
  const open = Promise.withResolvers<void>();
  const watching = source.watch(open.resolve, (event) => events.push(event), stop.signal);
  watching.catch(open.reject);
  await open.promise;
  const web = await create('web', {
    Cmd: ['/x'],
    Labels: { app: 'web' },
    Healthcheck: { Test: ['CMD', '/ok', '-v'] },
    HostConfig: { Binds: ['/tmp:/data:ro,rslave'], NetworkMode: 'none' },
  });
  const root = await create('root', {
    Cmd: ['/x'],
    HostConfig: { Privileged: true, PidMode: 'host', NetworkMode: 'host' },
  });
  const image = JSON.parse(await call('GET', '/images/tool:1.2/json'));
  const parts: ContainerFacts[] = [];
  const facts = (await source.lookup({ fullId: web, namespace: null }, new Faults(), (part) =>
    parts.push(part),
  ))!;
  const early = (one: ContainerFacts | undefined) => [
    one?.name,
    one?.image,
    one?.imageTag,
    one?.labels?.get('app'),
  ];
  assert.deepEqual(parts.map(early), [early(facts)]);
  // What is told of a health check and privileges takes the inspection.
  assert.deepEqual(parts[0]?.mounts, facts.mounts);
  assert.deepEqual(early(events.find(({ fullId }) => fullId === web)?.facts), early(facts));
  assert.deepEqual(
    [facts.name, facts.image, facts.imageRepository, facts.imageTag, `sha256:${facts.imageId}`],
    ['web', 'tool:1.2', 'tool', '1.2', image.Id],
  );
  assert.deepEqual(facts.mounts, [
    { source: '/tmp', dest: '/data', mode: 'ro,rslave', rdwr: false, propagation: 'rslave' },
  ]);
  assert.deepEqual([[...facts.labels!], facts.healthcheck], [[['app', 'web']], ['/ok', '-v']]);
  const other = await source.lookup({ fullId: root, namespace: null }, new Faults());
  assert.deepEqual(
    [other?.privileged, other?.hostPid, other?.hostNetwork, other?.hostIpc],
    [true, true, true, false],
  );
  assert.deepEqual(
    [facts.privileged, facts.hostPid, facts.hostNetwork, facts.hostIpc],
    [false, false, false, false],
  );
  assert.equal((await source.list()).length, 2);
  await call('DELETE', `/containers/${web}`);
  while (events.length < 3) await sleep(10);
  assert.deepEqual(
    events.map(({ kind, fullId }) => [kind, fullId]),
    [
      ['created', web],
      ['created', root],
      ['removed', web],
    ],
  );
  // A name is no id, although the API takes both.
  assert.equal(await source.lookup({ fullId: 'root', namespace: null }, new Faults()), null);
  stop.abort();
  await assert.rejects(watching);
});
