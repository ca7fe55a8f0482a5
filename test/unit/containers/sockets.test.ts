import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ContainerdSource } from '../../../src/containers/api/containerd.ts';
import { CriSource } from '../../../src/containers/api/cri.ts';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { holdUserSocket } from '../../../src/containers/api/user-socket.ts';
import { NotWatchable, type Source } from '../../../src/containers/source.ts';
import { Faults } from '../../../src/containers/text.ts';
import {
  type Fake,
  fail,
  frame,
  grpcSocket,
  httpSocket,
  middleman,
  rawSocket,
  reply,
} from './fake-sockets.ts';

const dir = mkdtempSync(join(tmpdir(), 'saker-sockets-'));
const fakes: Fake[] = [];
after(async () => {
  await Promise.all(fakes.map((fake) => fake.close()));
  rmSync(dir, { recursive: true });
});
let number = 0;
const path = (): string => join(dir, `${number++}.sock`);
const keep = async (fake: Promise<Fake>): Promise<void> => void fakes.push(await fake);

const A = 'a'.repeat(64);
const GRPC = { timeoutMs: 300, maxMessageBytes: 100_000, pingMs: 100 };
const HTTP = { timeoutMs: 300, maxBytes: 100_000, maxLineBytes: 1000 };
const asked = { fullId: A, namespace: 'default' };
const random = (seed: number): Buffer => {
  // A linear congruential generator (Numerical Recipes): garbage that is the same in every run.
  let state = seed;
  return Buffer.from(
    Array.from({ length: 2000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
};

const sources: readonly (readonly [kind: string, make: (socket: string) => Source])[] = [
  ['containerd', (socket) => new ContainerdSource(socket, 100, GRPC)],
  ['cri', (socket) => new CriSource(socket, 100, GRPC)],
  ['docker', (socket) => new DockerSource('docker', socket, 100, { limits: HTTP })],
];
for (const [kind, make] of sources) {
  const rejects = async (socket: string): Promise<void> => {
    const source = make(socket);
    const stop = new AbortController();
    await assert.rejects(source.lookup(asked, new Faults()));
    await assert.rejects(source.list());
    await assert.rejects(
      source.watch(
        () => {},
        () => {},
        stop.signal,
      ),
    );
    source.close();
  };
  test(`${kind}: nobody listens`, () => rejects(path()));
  test(`${kind}: a socket that hangs`, async () => {
    const socket = path();
    await keep(rawSocket(socket, () => {}));
    await rejects(socket);
  });
  test(`${kind}: a socket that closes at once`, async () => {
    const socket = path();
    await keep(rawSocket(socket, (peer) => peer.destroy()));
    await rejects(socket);
  });
  test(`${kind}: garbage`, async () => {
    for (let seed = 0; seed < 10; seed++) {
      const socket = path();
      await keep(rawSocket(socket, (peer) => peer.end(random(seed))));
      await rejects(socket);
    }
  });
}

const container = (fields: Uint8Array): Uint8Array => encode([1, fields]);
const badAnswers: readonly (readonly [name: string, bytes: Uint8Array | null, text: RegExp])[] = [
  ['a message above the limit', frame(new Uint8Array(200_000)), /message of 200000 bytes/],
  ['a compressed message', Buffer.from([1, 0, 0, 0, 0]), /compressed/],
  ['a message that is no protobuf', frame(Buffer.from([0xff, 0xff])), /cut off/],
  ['a field longer than the message', frame(Buffer.from([0x0a, 0x7f, 1])), /cut off/],
  ['nothing', null, /empty answer/],
];
for (const [name, bytes, text] of badAnswers) {
  test(`gRPC: ${name}`, async () => {
    const socket = path();
    await keep(
      grpcSocket(socket, (stream) => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(bytes ?? undefined);
      }),
    );
    const source = new ContainerdSource(socket, 100, GRPC);
    await assert.rejects(source.lookup(asked, new Faults()), text);
    source.close();
  });
}

test('gRPC: not found is no failure, another status is, and its message is told', async () => {
  const socket = path();
  let status = 5;
  await keep(grpcSocket(socket, (stream) => fail(stream, status, 'näh')));
  const source = new ContainerdSource(socket, 100, GRPC);
  assert.equal(await source.lookup(asked, new Faults()), null);
  status = 2;
  await assert.rejects(source.lookup(asked, new Faults()), /näh/);
  source.close();
});

test('gRPC: a message in pieces of one byte, and the connection made anew after a failure', async () => {
  const socket = path();
  let broken = true;
  await keep(
    grpcSocket(socket, (stream, method) => {
      if (method.endsWith('Images/Get')) return fail(stream, 5, 'not here');
      if (broken) return stream.session?.destroy();
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      for (const byte of frame(container(encode([1, A], [3, 'tool:1'])))) stream.write(Buffer.of(byte));
      stream.end();
    }),
  );
  const source = new ContainerdSource(socket, 100, GRPC);
  await assert.rejects(source.lookup(asked, new Faults()));
  broken = false;
  const facts = await source.lookup(asked, new Faults());
  assert.deepEqual([facts?.name, facts?.image], [A.slice(0, 12), 'tool:1']);
  source.close();
});

test('containerd: labels of 1 MB and with control characters, a specification that is none', async () => {
  const socket = path();
  const label = (key: string, value: string) => [2, encode([1, key], [2, value])] as const;
  const fields = encode(
    [1, A],
    label('app', 'web'),
    label('big', 'x'.repeat(1 << 20)),
    label('esc', '\x1b[2J'),
    [3, 'img\nforged'],
    [5, encode([2, '{"linux":'])],
  );
  await keep(
    grpcSocket(socket, (stream, method) =>
      method.endsWith('Containers/Get') ? reply(stream, container(fields)) : fail(stream, 5, 'not here'),
    ),
  );
  const source = new ContainerdSource(socket, 100, { ...GRPC, maxMessageBytes: 4 << 20 });
  const faults = new Faults();
  const facts = await source.lookup(asked, faults);
  assert.deepEqual([[...facts!.labels!], facts?.image, facts?.privileged], [[['app', 'web']], null, null]);
  assert.equal(faults.count, 3);
  source.close();
});

test('containerd: an event stream that falls silent is noticed', async () => {
  const socket = path();
  const behind = path();
  const runtime = grpcSocket(behind, (stream, method) => {
    if (!method.endsWith('Subscribe')) return reply(stream, new Uint8Array(0));
    stream.respond({ ':status': 200 });
    const event = encode([2, 'default'], [3, '/containers/create'], [4, encode([2, encode([1, A])])]);
    stream.write(Buffer.concat([frame(event), frame(encode([3, '/unknown']))]));
  });
  await keep(runtime);
  const between = await middleman(socket, behind);
  fakes.push(between);
  const source = new ContainerdSource(socket, 100, GRPC);
  const events: unknown[] = [];
  // The stream itself keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  const onEvent = (event: unknown): void => {
    events.push(event);
    between.fallSilent();
  };
  await assert.rejects(
    source.watch(() => {}, onEvent, new AbortController().signal),
    /hangs|no answer|ended/,
  );
  clearInterval(alive);
  assert.deepEqual(events, [{ kind: 'created', fullId: A, namespace: 'default' }]);
  source.close();
});

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

const INSPECTION = {
  Id: A,
  Name: '/web',
  Created: '2026-01-02T03:04:05.678901234Z',
  Image: `sha256:${'d'.repeat(64)}`,
  Config: { Image: 'nginx', Labels: { app: 'web' }, Healthcheck: { Test: ['CMD-SHELL', 'curl -f /'] } },
  HostConfig: { Privileged: true, PidMode: 'host', NetworkMode: 'bridge', IpcMode: 'private' },
  Mounts: [{ Source: '/srv', Destination: '/data', Mode: 'z', RW: true, Propagation: 'rslave' }],
  NetworkSettings: {
    IPAddress: '',
    Networks: { z: { IPAddress: '172.20.0.3' }, a: { IPAddress: '172.18.0.2' } },
  },
};
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

const badHttp: readonly (readonly [name: string, body: string, text: RegExp])[] = [
  ['an endless answer', 'x'.repeat(200_000), /above 100000 bytes/],
  ['no JSON', '{"Id":', /JSON/],
];
for (const [name, body, text] of badHttp) {
  test(`docker: ${name}`, async () => {
    const socket = path();
    await keep(httpSocket(socket, (_, response) => response.end(body)));
    const source = new DockerSource('docker', socket, 100, { limits: HTTP });
    await assert.rejects(source.lookup(asked, new Faults()), text);
  });
}

test('docker: a line of events without end', async () => {
  const socket = path();
  await keep(httpSocket(socket, (_, response) => void response.write('{'.repeat(5000))));
  const source = new DockerSource('docker', socket, 100, { limits: HTTP });
  await assert.rejects(
    source.watch(
      () => {},
      () => {},
      new AbortController().signal,
    ),
    /line above/,
  );
});

test('docker: the answer is about another container (a name that looks like an id)', async () => {
  const socket = path();
  await keep(
    httpSocket(socket, (_, response) => response.end(JSON.stringify({ ...INSPECTION, Id: 'b'.repeat(64) }))),
  );
  assert.equal(
    await new DockerSource('docker', socket, 100, { limits: HTTP }).lookup(asked, new Faults()),
    null,
  );
});

test('docker: answers of every wrong kind give missing facts', async () => {
  for (const wrong of [null, 7, 'x', [], [[null]], true]) {
    const socket = path();
    const keys = ['Name', 'Config', 'HostConfig', 'Mounts', 'NetworkSettings', 'Image', 'Created'];
    const body = { Id: A, ...Object.fromEntries(keys.map((key) => [key, wrong])) };
    await keep(httpSocket(socket, (_, response) => response.end(JSON.stringify(body))));
    const facts = await new DockerSource('docker', socket, 100, { limits: HTTP }).lookup(asked, new Faults());
    assert.deepEqual([facts?.privileged, facts?.labels?.size, facts?.mounts?.length], [null, 0, 0]);
  }
});

test("a user's socket: only its own, and not by a link", async () => {
  const socket = path();
  const link = path();
  await keep(httpSocket(socket, (_, response) => response.end(JSON.stringify(INSPECTION))));
  symlinkSync(socket, link);
  const own = process.getuid!();
  const held = holdUserSocket(socket, own);
  assert.ok(held !== null);
  held.release();
  assert.equal(holdUserSocket(socket, own + 1), null);
  assert.equal(holdUserSocket(link, own), null);
  assert.equal(holdUserSocket(dir, own), null);
  const make = (userId: number, at: string) => new DockerSource('podman', at, 100, { limits: HTTP, userId });
  assert.equal((await make(own, socket).lookup(asked, new Faults()))?.name, 'web');
  assert.equal(await make(own + 1, socket).lookup(asked, new Faults()), null);
  assert.equal(await make(own, link).lookup(asked, new Faults()), null);
});

test('protobuf: garbage throws or reads as something, and always ends', () => {
  for (let seed = 0; seed < 500; seed++) {
    try {
      const message = new Message(random(seed).subarray(0, seed));
      for (let field = 0; field < 20; field++) {
        message.text(field);
        message.map(field);
        message.integer(field);
      }
    } catch (error) {
      assert.match(String(error), /ProtobufError|Error: (a number|a field|wire type|more than)/);
    }
  }
});
