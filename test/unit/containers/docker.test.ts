import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import { Faults } from '../../../src/containers/text.ts';
import { A, asked, HTTP, keep, path } from './fake-runtimes.ts';
import { httpSocket } from './fake-sockets.ts';
import { INSPECTION } from './inspection.ts';

const IMAGE = { RepoTags: ['nginx:1.25', 'nginx:latest'], RepoDigests: [`nginx@sha256:${'e'.repeat(64)}`] };

test('docker: inspection, image and events', async () => {
  const socket = path();
  await keep(
    httpSocket(socket, ({ url }, response) => {
      if (url === '/containers/json?all=1') return response.end(JSON.stringify([{ Id: A }, { Id: 7 }]));
      if (url === `/containers/${A}/json`) return response.end(JSON.stringify(INSPECTION));
      if (url?.startsWith('/images/')) return response.end(JSON.stringify(IMAGE));
      if (url?.startsWith('/events?')) {
        response.write(
          `{"Action":"create","Actor":{"ID":"${A}"}}\n{"Action":"exec_create: sh"}\n{"Action":"des`,
        );
        return setImmediate(() => response.end(`troy","Actor":{"ID":"${A}"}}\n`));
      }
      response.statusCode = 404;
      return response.end('{"message":"no such container"}');
    }),
  );
  const source = new DockerSource('docker', socket, 100, { limits: HTTP });
  assert.deepEqual(await source.list(), [{ fullId: A, namespace: null }]);
  assert.equal(await source.lookup({ fullId: 'c'.repeat(64), namespace: null }, new Faults()), null);
  const facts = await source.lookup(asked, new Faults());
  assert.deepEqual(
    [facts?.name, facts?.image, facts?.imageRepository, facts?.imageTag, facts?.imageId, facts?.imageDigest],
    ['web', 'nginx', 'nginx', '1.25', 'd'.repeat(64), `sha256:${'e'.repeat(64)}`],
  );
  assert.deepEqual(
    [facts?.privileged, facts?.hostPid, facts?.hostNetwork, facts?.hostIpc, facts?.ip, facts?.createdMs],
    [true, true, false, false, '172.18.0.2', Date.parse('2026-01-02T03:04:05.678Z')],
  );
  assert.deepEqual(facts?.mounts, [
    { source: '/srv', dest: '/data', mode: 'z', rdwr: true, propagation: 'rslave' },
  ]);
  assert.deepEqual(facts?.healthcheck, ['/bin/sh', '-c', 'curl -f /']);
  const kinds: string[] = [];
  await source.watch(
    () => kinds.push('open'),
    ({ kind }) => kinds.push(kind),
    new AbortController().signal,
  );
  assert.deepEqual(kinds, ['open', 'created', 'removed']);
});

const LISTED = {
  Id: A,
  Names: ['/other/alias', '/web'],
  Image: 'nginx:1.25',
  Labels: { app: 'web', bad: '\x1b[2J' },
  Mounts: INSPECTION.Mounts,
  NetworkSettings: { Networks: { a: { IPAddress: '172.18.0.2' } } },
};

test('docker: a container that is not inspected while it starts is told from the list', async () => {
  const socket = path();
  const filter = `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify({ id: [A] }))}`;
  let listed: object = LISTED;
  await keep(
    httpSocket(socket, ({ url }, response) => {
      if (url === filter)
        response.end(JSON.stringify([{ ...LISTED, Id: 'c'.repeat(64), Names: ['/x'] }, listed]));
    }),
  );
  const source = new DockerSource('docker', socket, 100, { limits: HTTP });
  const parts: unknown[] = [];
  const faults = new Faults();
  const facts = await source.lookup(asked, faults, (part) => parts.push(part));
  // No failure of the socket: others are asked for meanwhile.
  assert.deepEqual([parts, faults.count], [[facts], 1]);
  const { name, image, imageRepository, imageTag, labels, mounts, ip, privileged } = facts!;
  assert.deepEqual(
    [name, image, imageRepository, imageTag, [...labels!], mounts?.[0]?.dest, ip, privileged],
    ['web', 'nginx:1.25', 'nginx', '1.25', [['app', 'web']], '/data', '172.18.0.2', null],
  );
  listed = { ...LISTED, Image: `sha256:${'d'.repeat(64)}` };
  assert.equal(
    (await source.lookup(asked, new Faults()))?.image,
    null,
    'an id says less than the name to come',
  );
  listed = { Id: A, Names: [null, 7], Image: [], Labels: 'x', Mounts: {}, NetworkSettings: null };
  assert.equal((await source.lookup(asked, new Faults()))?.name, null);
  assert.equal(
    await source.lookup({ fullId: 'b'.repeat(64), namespace: null }, new Faults()).catch(() => 'hangs'),
    'hangs',
  );
});

test('docker: what an event says of its container', async () => {
  const socket = path();
  const attributes = { name: 'web', image: 'nginx:1', app: 'shop', forged: 'a\nb', podId: '', exitCode: '0' };
  const event = (Attributes: unknown): string =>
    `${JSON.stringify({ Action: 'create', Actor: { ID: A, Attributes } })}\n`;
  await keep(
    httpSocket(socket, (_, response) =>
      response.end(event(attributes) + event({ name: {}, image: 7 }) + event([])),
    ),
  );
  const told: unknown[] = [];
  await new DockerSource('docker', socket, 100, { limits: HTTP }).watch(
    () => {},
    ({ facts }) =>
      told.push([facts?.name, facts?.image, facts?.imageTag, [...(facts?.labels ?? [])].join(' ')]),
    new AbortController().signal,
  );
  assert.deepEqual(told, [
    ['web', 'nginx:1', '1', 'app,shop exitCode,0'],
    [null, null, null, ''],
    [null, null, null, ''],
  ]);
});
