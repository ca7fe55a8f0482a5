import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { type Fake, fail, frame, grpcSocket, httpSocket, reply } from './fake-sockets.ts';
import { A, docker, hex, LIMIT, path, start, until } from './service-parts.ts';

/** What runtimes tell without being asked. */

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

test(
  'a container that is removed while the socket lists what it has does not come back',
  LIMIT,
  async (t) => {
    const socket = path();
    const names = new Map([[hex('b'), 'stays']]);
    const watchers = new Set<{ write: (text: string) => void }>();
    let list = (): void => {};
    const asked = new Set<string>();
    const fake = await httpSocket(socket, (request, response) => {
      const url = request.url ?? '';
      if (url === '/containers/json?all=1')
        list = () => void response.end(JSON.stringify([{ Id: A }, { Id: hex('b') }]));
      else {
        if (url.includes(A)) asked.add(url);
        docker(names, watchers)(request, response);
      }
    });
    t.after(() => fake.close());
    const { containers, news, service } = start(t, { docker: socket });
    await until(t, () => watchers.size === 1 && service.stats().sources[`docker ${socket}`]?.connects === 1);
    for (const one of watchers) one.write(`{"Action":"destroy","Actor":{"ID":"${A}"}}\n`);
    await until(t, () => news.length === 1);
    list();
    await until(t, () => containers.stats().known === 1);
    assert.deepEqual([news[0], [...asked]], [{ kind: 'removed', key: A }, []]);
    assert.ok(news.slice(1).every(({ key }) => key === hex('b')));
  },
);
