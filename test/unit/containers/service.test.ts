import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { Containers } from '../../../src/containers/cache.ts';
import type { ContainerNews } from '../../../src/containers/messages.ts';
import { ContainerService, type ServiceOptions } from '../../../src/containers/service.ts';
import type { ContainerSettings, EngineName } from '../../../src/containers/settings.ts';
import { type Fake, fail, frame, grpcSocket, httpSocket, rawSocket, reply } from './fake-sockets.ts';

const dir = mkdtempSync(join(tmpdir(), 'saker-service-'));
after(() => rmSync(dir, { recursive: true }));
let number = 0;
const path = (): string => join(dir, `${number++}.sock`);
const hex = (digit: string): string => digit.repeat(64);
const A = hex('a');

function settings(sockets: Partial<Record<EngineName, string>>): ContainerSettings {
  const engine = (name: EngineName) => ({ enabled: true, sockets: name in sockets ? [sockets[name]!] : [] });
  return {
    labelMaxBytes: 100,
    engines: {
      docker: engine('docker'),
      podman: engine('podman'),
      containerd: engine('containerd'),
      cri: engine('cri'),
    },
  };
}

/** Service and cache as the two threads have them, without the threads. */
function start(t: TestContext, sockets: Partial<Record<EngineName, string>>, more: ServiceOptions = {}) {
  const containers = new Containers();
  const news: ContainerNews[] = [];
  const warnings: string[] = [];
  const service = new ContainerService(
    settings(sockets),
    {
      send: (some) => {
        news.push(...some);
        containers.apply(structuredClone(some), 0);
      },
      warn: (text) => warnings.push(text),
    },
    { bundles: { containerd: [], storage: [] }, times: { firstPauseMs: 10, lastPauseMs: 40 }, ...more },
  );
  service.start();
  t.after(() => service.stop());
  const ask = (cgroup: string) => {
    const container = containers.of(cgroup, 0)!;
    service.ask(containers.takeAsks(0));
    return container;
  };
  return { containers, service, news, warnings, ask };
}

/** Far above what any of these takes; only for a test that fails. */
const LIMIT = { timeout: 60_000 };

/** Ends when it is so, or with the test. */
async function until(t: TestContext, holds: () => boolean): Promise<void> {
  while (!holds()) {
    t.signal.throwIfAborted();
    await sleep(5);
  }
}

const inspection = (id: string, name: string): string =>
  JSON.stringify({ Id: id, Name: `/${name}`, Config: { Image: 'nginx:1' }, HostConfig: {} });

/** A docker that has some containers; its events are written to the streams in `watchers`. */
function docker(
  names: ReadonlyMap<string, string>,
  watchers: Set<{ write: (text: string) => void }>,
): RequestListener {
  return (request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/events')) {
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
      response.flushHeaders();
      return;
    }
    if (url.startsWith('/containers/json')) {
      response.end(JSON.stringify([...names.keys()].map((Id) => ({ Id }))));
      return;
    }
    const id = /^\/containers\/([^/]+)\/json$/.exec(url)?.[1] ?? '';
    const name = names.get(id);
    response.statusCode = name === undefined ? 404 : 200;
    response.end(name === undefined ? '{}' : inspection(id, name));
  };
}

test(
  'a socket that appears later, goes and comes back: containers are told without being asked for',
  LIMIT,
  async (t) => {
    const socket = path();
    const { containers, service } = start(t, { docker: socket });
    const stats = () => service.stats().sources[`docker ${socket}`]!;
    const names = new Map([[A, 'first']]);
    const watchers = new Set<{ write: (text: string) => void }>();
    let fake: Fake = await httpSocket(socket, docker(names, watchers));
    await until(t, () => containers.of(`/docker/${A}`, 0)?.facts?.name === 'first');
    names.set(hex('b'), 'second');
    for (const one of watchers) one.write(`{"Action":"create","Actor":{"ID":"${hex('b')}"}}\n`);
    await until(t, () => containers.stats().known === 2);
    assert.equal(containers.of(`/docker/${hex('b')}`, 0)?.facts?.name, 'second');
    await fake.close();
    names.set(hex('c'), 'third');
    fake = await httpSocket(socket, docker(names, watchers));
    t.after(() => fake.close());
    await until(t, () => stats().connects === 2 && containers.stats().known === 3);
    for (const one of watchers) one.write(`{"Action":"destroy","Actor":{"ID":"${A}"}}\n`);
    await until(t, () => stats().events === 2);
    containers.takeAsks(1e9);
    assert.deepEqual([containers.stats().known, containers.stats().asked], [2, 0]);
  },
);

test(
  'containers that were removed while the socket was away are forgotten, others are not',
  LIMIT,
  async (t) => {
    const socket = path();
    const { containers, service, ask } = start(t, { docker: socket });
    const names = new Map([A, hex('b')].map((id, at) => [id, `name${at}`]));
    const first = await httpSocket(socket, docker(names, new Set()));
    await until(t, () => containers.stats().known === 2);
    await first.close();
    names.delete(A);
    names.set(hex('c'), 'name2');
    const second = await httpSocket(socket, docker(names, new Set()));
    t.after(() => second.close());
    await until(t, () => containers.stats().known === 3);
    containers.takeAsks(1e9);
    assert.equal(containers.stats().known, 2);
    const asks = service.stats().asks;
    ask(`/docker/${hex('b')}`);
    assert.equal(service.stats().asks, asks, 'it is known all the time');
    ask(`/docker/${A}`);
    assert.equal(service.stats().asks, asks + 1, 'it is a new one if it comes back');
  },
);

test('asked for: the bundle first, then the runtime', LIMIT, async (t) => {
  const socket = path();
  const state = join(dir, 'state');
  const bundle = join(state, 'io.containerd.runtime.v2.task/default/web');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), '{"linux":{"namespaces":[{"type":"pid"}]}}');
  const fake = await grpcSocket(socket, (stream, method, request) => {
    if (method.endsWith('Containers/Get') && new Message(request).text(1) === 'web') {
      return reply(stream, encode([1, encode([1, 'web'], [3, 'docker.io/library/tool:1.2'])]));
    }
    return method.endsWith('Get') ? fail(stream, 5, 'not found') : reply(stream, new Uint8Array(0));
  });
  t.after(() => fake.close());
  const { ask, news } = start(t, { containerd: socket }, { bundles: { containerd: [state], storage: [] } });
  const container = ask('/default/web');
  // The fake lists nothing: when it is followed only now, a removal comes after these.
  await until(t, () => news.length >= 3);
  assert.equal(container.state, 'known');
  assert.deepEqual(
    news
      .slice(0, 3)
      .map((one) => one.kind === 'facts' && [one.final, one.facts?.hostPid, one.facts?.image ?? null]),
    [
      [false, false, null],
      // Before the image's digest is known.
      [false, null, 'docker.io/library/tool:1.2'],
      [true, false, 'docker.io/library/tool:1.2'],
    ],
  );
  assert.equal(ask('/default/nobody').state, 'pending');
  const ofNobody = () => news.filter(({ key }) => key === 'default/nobody');
  await until(t, () => ofNobody().length === 1);
  assert.deepEqual(ofNobody(), [{ kind: 'facts', key: 'default/nobody', facts: null, final: true }]);
});

test(
  'a container that docker does not inspect while it starts: event and bundle are enough',
  LIMIT,
  async (t) => {
    const [socket, containerd] = [path(), path()];
    const state = join(dir, 'starting');
    const watchers = new Set<{ write: (text: string) => void }>();
    let inspected = 0;
    // Nothing listed either: older versions lock for that as well.
    const fake = await httpSocket(socket, (request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/events')) docker(new Map(), watchers)(request, response);
      else if (url === '/containers/json?all=1') response.end('[]');
      else inspected++;
    });
    let tasks: { write: (bytes: Uint8Array) => boolean } | null = null;
    const fakeContainerd = await grpcSocket(containerd, (stream, method) => {
      if (!method.endsWith('Subscribe')) return reply(stream, new Uint8Array(0));
      stream.respond({ ':status': 200 });
      stream.write(frame(new Uint8Array(0)));
      tasks = stream;
    });
    t.after(() => Promise.all([fake.close(), fakeContainerd.close()]));
    const bundles = { containerd: [state], storage: [] };
    const { containers } = start(t, { docker: socket, containerd }, { bundles });
    await until(t, () => watchers.size === 1 && tasks !== null);
    const attributes = { name: 'web', image: 'nginx:1', app: 'shop' };
    for (const one of watchers)
      one.write(`${JSON.stringify({ Action: 'create', Actor: { ID: A, Attributes: attributes } })}\n`);
    await until(t, () => inspected === 1);
    const container = containers.of(`/docker/${A}`, 0)!;
    assert.deepEqual([container.facts?.name, container.state], ['web', 'pending']);
    // runc's bundle is written, then containerd tells of the task, while dockerd still starts it.
    const bundle = join(state, `io.containerd.runtime.v2.task/moby/${A}`);
    mkdirSync(bundle, { recursive: true });
    writeFileSync(join(bundle, 'config.json'), '{"linux":{"maskedPaths":["/proc/kcore"]}}');
    tasks!.write(frame(encode([2, 'moby'], [3, '/containers/create'], [4, encode([2, encode([1, A])])])));
    await until(t, () => container.state === 'known');
    const { name, image, privileged, labels } = container.facts!;
    assert.deepEqual([name, image, privileged, labels?.get('app')], ['web', 'nginx:1', false, 'shop']);
  },
);

test('no runtime at all: unknown at once', LIMIT, async (t) => {
  const { ask, service } = start(t, { docker: path(), cri: path() });
  const container = ask(`/docker/${A}`);
  await until(t, () => container.state === 'gone');
  assert.equal(service.stats().unknown, 1);
});

test('a socket that hangs costs one time limit a pause, not one a container', LIMIT, async (t) => {
  const [dead, alive] = [path(), path()];
  const hanging = await rawSocket(dead, () => {});
  const watchers = new Set<{ write: (text: string) => void }>();
  const ids = Array.from({ length: 200 }, (_, at) => at.toString(16).padStart(64, '0'));
  const fake = await httpSocket(alive, docker(new Map(ids.map((id) => [id, `n${id.slice(-3)}`])), watchers));
  t.after(() => Promise.all([hanging.close(), fake.close()]));
  const times = { firstPauseMs: 60_000, lastPauseMs: 60_000 };
  const { containers, service, warnings, ask } = start(t, { containerd: dead, docker: alive }, { times });
  // Paths that look like containerd's, so that it is asked first.
  const all = ids.map((id) => ask(`/kubepods/pod${'1'.repeat(32)}/${id}`));
  await until(t, () => all.every((one) => one.state === 'known'));
  const { lookups, failures } = service.stats().sources[`containerd ${dead}`]!;
  // At most what was under way when the first time limit passed, and the event stream.
  assert.ok(lookups <= 16, `${lookups} look-ups`);
  assert.ok(failures <= 17, `${failures} failures`);
  assert.ok(
    warnings.every((one) => /hang|no answer|ended|closed|failed/i.test(one)),
    warnings.join(),
  );
  assert.equal(containers.stats().known, 200);
});

test(
  "a user's containers: only that user's socket, two at a time, and root's are served meanwhile",
  LIMIT,
  async (t) => {
    const [rootSocket, userSocket] = [path(), path()];
    const uid = process.getuid!();
    const watchers = new Set<{ write: (text: string) => void }>();
    const fakeRoot = await httpSocket(
      rootSocket,
      docker(
        new Map([
          [A, 'trusted'],
          [hex('d'), 'own'],
        ]),
        watchers,
      ),
    );
    let open = 0;
    let most = 0;
    const fakeUser = await httpSocket(userSocket, (_, response) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
    });
    t.after(() => Promise.all([fakeRoot.close(), fakeUser.close()]));
    const userSockets = () => ({ podman: path(), docker: userSocket });
    const { ask, service } = start(t, { docker: rootSocket }, { userSockets });
    const ofUser = (id: string) =>
      ask(`/user.slice/user-${uid}.slice/user@${uid}.service/docker-${id}.scope`);
    const forged = ofUser(A);
    for (let at = 0; at < 100; at++) ofUser(at.toString(16).padStart(64, '0'));
    const own = ask(`/docker/${hex('d')}`);
    await until(t, () => own.state === 'known');
    await until(t, () => forged.state === 'gone');
    assert.deepEqual([own.facts?.name, forged.facts, most], ['own', null, 2]);
    assert.ok(service.stats().unknown >= 1);
  },
);

test('ids and namespaces from a socket that are none are passed over', LIMIT, async (t) => {
  const socket = path();
  const ids = ['', '..', '../../etc', 'a/b', 'x'.repeat(500), 'ä', 'ok'];
  const asked = new Set<string>();
  const fake = await grpcSocket(socket, (stream, method, request) => {
    if (method.endsWith('Namespaces/List')) return reply(stream, encode([1, encode([1, 'ns'])]));
    if (method.endsWith('Tasks/List'))
      return reply(stream, encode(...ids.map((id) => [1, encode([2, id])] as const)));
    if (method.endsWith('Containers/Get')) asked.add(new Message(request).text(1));
    if (!method.endsWith('Subscribe')) return fail(stream, 5, 'not found');
    stream.respond({ ':status': 200 });
    return stream.write(frame(new Uint8Array(0)));
  });
  t.after(() => fake.close());
  const { news } = start(t, { containerd: socket });
  await until(t, () => news.length > 0);
  assert.deepEqual([...asked], ['ok']);
  assert.deepEqual(news, [{ kind: 'facts', key: 'ns/ok', facts: null, final: true }]);
});

test('dockerd keeps a container that containerd has removed', LIMIT, async (t) => {
  const socket = path();
  const fake = await grpcSocket(socket, (stream, method) => {
    if (!method.endsWith('Subscribe'))
      return method.endsWith('Get') ? fail(stream, 5, '') : reply(stream, new Uint8Array(0));
    stream.respond({ ':status': 200 });
    const removed = (id: string, namespace: string) =>
      frame(encode([2, namespace], [3, '/containers/delete'], [4, encode([2, encode([1, id])])]));
    return stream.write(Buffer.concat([removed(A, 'moby'), removed('web', 'default')]));
  });
  t.after(() => fake.close());
  const { news } = start(t, { containerd: socket });
  await until(t, () => news.length > 0);
  assert.deepEqual(news, [{ kind: 'removed', key: 'default/web' }]);
});

test('a container that is removed while it is asked for does not come back', LIMIT, async (t) => {
  const socket = path();
  let answer: (() => void) | null = null;
  let events: { write: (bytes: Uint8Array) => boolean } | null = null;
  const told = (topic: string, id: string): Buffer =>
    frame(encode([2, 'default'], [3, topic], [4, encode([2, encode([1, id])])]));
  const fake = await grpcSocket(socket, (stream, method) => {
    if (method.endsWith('Images/Get')) return fail(stream, 5, '');
    if (method.endsWith('Containers/Get')) {
      answer = () => reply(stream, encode([1, encode([1, 'web'], [3, 'tool:1'])]));
      return;
    }
    if (!method.endsWith('Subscribe')) return reply(stream, new Uint8Array(0));
    stream.respond({ ':status': 200 });
    stream.write(told('/containers/create', 'web'));
    events = stream;
  });
  t.after(() => fake.close());
  const { news, containers } = start(t, { containerd: socket });
  await until(t, () => answer !== null && events !== null);
  events!.write(told('/containers/delete', 'web'));
  await until(t, () => news.length === 1);
  answer!();
  await until(t, () => news.length === 4);
  assert.deepEqual(
    news.map(({ kind }) => kind),
    ['removed', 'facts', 'facts', 'removed'],
  );
  assert.equal(containers.stats().known, 1);
  containers.takeAsks(1e9);
  assert.equal(containers.stats().known, 0);
});
