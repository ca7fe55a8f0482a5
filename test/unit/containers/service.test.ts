import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { fail, frame, grpcSocket, httpSocket, rawSocket, reply } from './fake-sockets.ts';
import { A, dir, docker, hex, LIMIT, path, start, until } from './service-parts.ts';

/** What the engine asks for, and who is asked. */

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

test('a runtime that failed just now is asked again, a few times', LIMIT, async (t) => {
  const socket = path();
  const [late, never, nobody] = [A, hex('b'), hex('c')];
  const asked: string[] = [];
  const runtime = docker(new Map([[late, 'web']]), new Set());
  const fake = await httpSocket(socket, (request, response) => {
    const id = /[0-9a-f]{64}/.exec(decodeURIComponent(request.url ?? ''))?.[0];
    // Not told when it is connected to.
    if (request.url === '/containers/json?all=1') return response.end('[]');
    if (id !== undefined) asked.push(id);
    const tries = asked.filter((one) => one === id).length;
    if (id === never || (id === late && tries <= 2)) return request.socket.destroy();
    return runtime(request, response);
  });
  t.after(() => fake.close());
  const { ask, service } = start(t, { docker: socket });
  const first = ask(`/docker/${late}`);
  await until(t, () => first.state === 'known');
  assert.equal(first.facts?.name, 'web');
  const broken = ask(`/docker/${never}`);
  await until(t, () => asked.includes(never));
  // While the socket rests it is not asked, which is no answer either.
  const other = ask(`/docker/${nobody}`);
  await until(t, () => broken.state === 'gone' && other.state === 'gone');
  assert.equal(asked.filter((id) => id === never).length, 4);
  assert.ok(asked.includes(nobody));
  assert.equal(service.stats().unknown, 2);
});

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
