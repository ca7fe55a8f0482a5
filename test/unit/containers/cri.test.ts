import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CriSource } from '../../../src/containers/api/cri.ts';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { NotWatchable } from '../../../src/containers/source.ts';
import { Faults } from '../../../src/containers/text.ts';
import { A, GRPC, keep, path } from './fake-runtimes.ts';
import { fail, grpcSocket, reply } from './fake-sockets.ts';

test('cri: events that the runtime does not have', async () => {
  const socket = path();
  await keep(
    grpcSocket(socket, (stream, method) =>
      method.endsWith('Version') ? reply(stream, encode([2, 'cri-o'])) : fail(stream, 12, 'unknown method'),
    ),
  );
  const source = new CriSource(socket, 100, GRPC);
  await assert.rejects(
    source.watch(
      () => {},
      () => {},
      new AbortController().signal,
    ),
    NotWatchable,
  );
  source.close();
});

test('cri: events', async () => {
  const socket = path();
  await keep(
    grpcSocket(socket, (stream, method) => {
      if (method.endsWith('Version')) return reply(stream, encode([2, 'cri-o']));
      // container_event_type is left out for created; 1 is started, 2 stopped, 3 deleted
      const event = (type: number): Uint8Array => Buffer.concat([encode([1, A]), Uint8Array.of(0x10, type)]);
      return reply(stream, encode([1, A]), event(1), event(2), event(3), event(99));
    }),
  );
  const source = new CriSource(socket, 100, GRPC);
  const kinds: string[] = [];
  await source.watch(
    () => {},
    ({ kind, fullId }) => kinds.push(`${kind} ${fullId === A}`),
    new AbortController().signal,
  );
  assert.deepEqual(kinds, ['created true', 'started true', 'removed true']);
  source.close();
});

const SANDBOX = 'b'.repeat(64);
const APPLIED = JSON.stringify({
  spec: { containers: [{ name: 'web', livenessProbe: { exec: { command: ['cat', '/ok'] } } }] },
});
const INFO = JSON.stringify({
  config: { linux: { security_context: { privileged: true } } },
  runtimeSpec: {
    annotations: { 'io.kubernetes.cri.image-name': 'docker.io/shop/web:2' },
    linux: { namespaces: [{ type: 'pid' }] },
  },
});
const SANDBOX_INFO = JSON.stringify({
  cniResult: { Interfaces: { lo: {}, veth1: {}, eth0: { IPConfigs: [{ IP: '10.0.0.9' }], Mac: '0a:00' } } },
});
const entry = (field: number, key: string, value: string) => [field, encode([1, key], [2, value])] as const;

test('cri: a container with its pod', async () => {
  const socket = path();
  await keep(
    grpcSocket(socket, (stream, method, request) => {
      const name = method.split('/').at(-1);
      if (name === 'Version') return reply(stream, encode([2, 'cri-o']));
      if (name === 'ListContainers') return reply(stream, encode([1, encode([1, A], [2, SANDBOX])]));
      if (name === 'ContainerStatus') {
        const mount = encode([1, '/data'], [2, '/srv'], [3, true], [5, Uint8Array.of()]);
        const status = encode(
          [1, A],
          [2, encode([1, 'web'])],
          [8, encode([1, `sha256:${'d'.repeat(64)}`])],
          [9, `docker.io/shop/web@sha256:${'e'.repeat(64)}`],
          entry(12, 'app', 'web'),
          [14, mount],
          [17, `sha256:${'f'.repeat(64)}`],
        );
        return reply(stream, encode([1, status], entry(2, 'info', INFO)));
      }
      assert.equal(new Message(request).text(1), SANDBOX);
      const metadata = encode([1, 'web-0'], [2, 'uid-1'], [3, 'shop']);
      const status = encode(
        [1, SANDBOX],
        [2, metadata],
        [5, encode([1, '10.0.0.9'])],
        [6, encode([1, encode([2, Uint8Array.of(0x08, 2, 0x18, 2)])])],
        entry(7, 'tier', 'front'),
        entry(8, 'kubectl.kubernetes.io/last-applied-configuration', APPLIED),
      );
      return reply(stream, encode([1, status], entry(2, 'info', SANDBOX_INFO)));
    }),
  );
  const source = new CriSource(socket, 100, GRPC);
  const facts = await source.lookup({ fullId: A, namespace: null }, new Faults());
  source.close();
  const { labels, podLabels, mounts, ...rest } = facts!;
  assert.deepEqual(
    [...labels!],
    [
      ['app', 'web'],
      ['io.kubernetes.sandbox.id', SANDBOX],
    ],
  );
  assert.deepEqual([...podLabels!], [['tier', 'front']]);
  assert.deepEqual(mounts, [
    { source: '/srv', dest: '/data', mode: '', rdwr: false, propagation: 'private' },
  ]);
  assert.deepEqual(rest, {
    runtime: 'cri-o',
    name: 'web',
    image: 'docker.io/shop/web:2',
    imageId: 'f'.repeat(64),
    imageRepository: 'docker.io/shop/web',
    imageTag: '2',
    imageDigest: `sha256:${'e'.repeat(64)}`,
    privileged: true,
    ip: '10.0.0.9',
    cniJson: '{"eth0":{"IPConfigs":[{"IP":"10.0.0.9"}]}}',
    hostPid: false,
    hostNetwork: true,
    hostIpc: true,
    createdMs: null,
    healthcheck: null,
    livenessProbe: ['cat', '/ok'],
    readinessProbe: null,
    isPodSandbox: false,
    podName: 'web-0',
    podNamespace: 'shop',
    podUid: 'uid-1',
    podSandboxId: SANDBOX,
  });
});
