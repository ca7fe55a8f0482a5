import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CACHE_LIMITS, Containers } from '../../../src/containers/cache.ts';
import { type ContainerFacts, noFacts } from '../../../src/containers/facts.ts';
import { containerKey } from '../../../src/containers/messages.ts';

const hex = (digit: string): string => digit.repeat(64);
const A = hex('a');
const B = hex('b');
const PATH = `/docker/${A}`;
const some = (more: Partial<ContainerFacts>): ContainerFacts => ({ ...noFacts('docker'), ...more });
const facts = (key: string, told: ContainerFacts | null, final = true) =>
  ({ kind: 'facts', key, facts: told, final }) as const;

test('host paths are looked at once', () => {
  const containers = new Containers();
  for (let at = 0; at < 3; at++) assert.equal(containers.of('/system.slice/cron.service', at), null);
  const { lookups, hits } = containers.stats();
  assert.deepEqual([lookups, hits], [3, 2]);
  assert.deepEqual(containers.takeAsks(0), []);
});

test('a new container is asked for once, and settles with the answer', () => {
  const containers = new Containers();
  const container = containers.of(PATH, 0)!;
  assert.equal(containers.of(`${PATH}/init.scope`, 0)?.state, 'pending');
  const [ask, ...others] = containers.takeAsks(0);
  assert.deepEqual(others, []);
  assert.deepEqual(ask, { key: A, fullId: A, runtime: 'docker', namespace: null, userId: null });
  assert.deepEqual(containers.takeAsks(0), []);
  let settled = 0;
  container.onSettled(() => settled++);
  containers.apply([facts(A, some({ hostPid: true }), false)], 1);
  assert.deepEqual([container.state, container.facts?.hostPid, settled], ['pending', true, 0]);
  containers.apply([facts(A, some({ name: 'web', image: 'nginx' }), false)], 2);
  assert.deepEqual([container.state, settled], ['pending', 0], 'privileges and mounts are to come');
  containers.apply([facts(A, some({ privileged: false }), false)], 2);
  assert.deepEqual([container.state, settled], ['known', 1]);
  containers.apply([facts(A, some({ name: 'web', image: 'nginx', ip: '1.2.3.4' }))], 3);
  assert.deepEqual([container.facts?.ip, container.facts?.hostPid, settled], ['1.2.3.4', true, 1]);
  container.onSettled(() => settled++);
  assert.equal(settled, 2);
});

test('news before the first look-up: known at once, nothing to ask', () => {
  const containers = new Containers();
  containers.apply([facts(A, some({ name: 'web', image: 'nginx' }))], 0);
  assert.equal(containers.of(PATH, 1)?.state, 'known');
  assert.deepEqual(containers.takeAsks(1), []);
});

test('the runtime corrects what the path left open', () => {
  const containers = new Containers();
  const container = containers.of(`/x/${A}`, 0)!;
  assert.equal(container.runtime, 'docker');
  containers.apply([facts(A, { ...noFacts('containerd'), name: 'w' })], 0);
  assert.equal(container.runtime, 'containerd');
});

test('what the bundle tells later does not replace what the runtime told', () => {
  const containers = new Containers();
  containers.apply(
    [facts(A, some({ name: 'web', image: 'nginx' })), facts(A, some({ name: 'x', hostPid: true }), false)],
    0,
  );
  const found = containers.of(PATH, 0)?.facts;
  assert.deepEqual([found?.name, found?.hostPid], ['web', true]);
});

test('nobody knows it: gone, and asked for again only after a while', () => {
  const containers = new Containers();
  const container = containers.of(PATH, 0)!;
  containers.takeAsks(0);
  let settled = 0;
  container.onSettled(() => settled++);
  containers.apply([facts(A, null)], 10);
  assert.deepEqual([container.state, container.facts, settled], ['gone', null, 1]);
  assert.equal(containers.of(PATH, 10 + CACHE_LIMITS.goneMs - 1)?.state, 'gone');
  assert.deepEqual(containers.takeAsks(20), []);
  assert.equal(containers.of(PATH, 10 + CACHE_LIMITS.goneMs)?.state, 'pending');
  assert.equal(containers.takeAsks(20).length, 1);
});

test('a bundle alone makes it known when the runtime cannot be asked', () => {
  const containers = new Containers();
  containers.of(PATH, 0);
  containers.apply([facts(A, some({ hostPid: false }), false), facts(A, null)], 0);
  assert.equal(containers.of(PATH, 0)?.state, 'known');
});

test('removed: facts stay for its last events, then the path starts over', () => {
  const containers = new Containers();
  containers.apply([facts(A, some({ name: 'web', image: 'nginx' }))], 0);
  const container = containers.of(PATH, 0)!;
  containers.apply([{ kind: 'removed', key: A }], 5);
  containers.takeAsks(5 + CACHE_LIMITS.graceMs - 1);
  assert.equal(containers.of(PATH, 6)?.state, 'known');
  containers.takeAsks(5 + CACHE_LIMITS.graceMs);
  assert.deepEqual([container.state, container.facts?.name], ['gone', 'web']);
  assert.equal(containers.of(PATH, 99_999)?.state, 'pending');
});

test('removed and made again under the same name: nothing of the former is left, nor is the new one forgotten', () => {
  const containers = new Containers();
  const key = containerKey({ fullId: 'web', namespace: 'default', userId: null });
  containers.apply([facts(key, some({ name: 'web', image: 'old', ip: '1.1.1.1' }))], 0);
  containers.apply([{ kind: 'removed', key }, facts(key, some({ name: 'web', image: 'new' }))], 1);
  containers.takeAsks(1e6);
  const found = containers.of('/default/web', 1e6);
  assert.deepEqual([found?.state, found?.facts?.image, found?.facts?.ip], ['known', 'new', null]);
});

test('a container in a container has the facts of the outer one and its own id', () => {
  const containers = new Containers();
  containers.apply(
    [facts(A, some({ name: 'kind', image: 'kindest/node' })), facts(B, some({ name: 'forged' }))],
    0,
  );
  const found = containers.of(`/docker/${A}/kubepods/burstable/pod${'1'.repeat(32)}/${B}`, 0)!;
  assert.deepEqual([found.fullId, found.runtime, found.facts?.name], [B, 'containerd', 'kind']);
});

test("a cgroup below a user's manager never gets the facts of root's container", () => {
  const containers = new Containers();
  containers.apply([facts(A, some({ name: 'trusted', image: 'x' }))], 0);
  const found = containers.of(`/user.slice/user-7.slice/user@7.service/docker-${A}.scope`, 0)!;
  assert.deepEqual([found.state, found.facts], ['pending', null]);
  assert.deepEqual(
    containers.takeAsks(0).map(({ userId }) => userId),
    [7],
  );
});

test('lxc and the like are known by the name of their cgroup', () => {
  const containers = new Containers();
  const found = containers.of('/lxc.payload.web', 0)!;
  assert.deepEqual([found.state, found.facts?.name, found.runtime], ['known', 'web', 'lxc']);
  assert.deepEqual(containers.takeAsks(0), []);
});

test('bounded: paths, containers, asks; a user who makes many does not push out those of root', () => {
  const limits = { ...CACHE_LIMITS, paths: 50, containers: 20, userContainers: 10, asks: 8 };
  const containers = new Containers(limits);
  containers.apply([facts(A, some({ name: 'web', image: 'nginx' }))], 0);
  for (let at = 0; at < 1000; at++) {
    const id = at.toString(16).padStart(64, '0');
    containers.of(`/user.slice/user-7.slice/user@7.service/docker-${id}.scope`, 0);
  }
  assert.equal(containers.of(PATH, 0)?.state, 'known');
  assert.equal(containers.takeAsks(0).length, 8);
  let settled = 0;
  for (let at = 0; at < 100; at++) {
    containers.of(`/docker/${at.toString(16).padStart(64, '0')}`, 0)?.onSettled(() => settled++);
  }
  const { pending, known, evicted } = containers.stats();
  assert.ok(pending + known <= 30);
  assert.ok(evicted >= 1000);
  // A held alert is never left waiting for a container that was pushed out.
  assert.ok(settled >= 80);
});

test('keys: ids of digits stand alone, names belong to their namespace, users are apart', () => {
  const key = (fullId: string, namespace: string | null, userId: number | null): string =>
    containerKey({ fullId, namespace, userId });
  assert.equal(key(A, 'k8s.io', null), key(A, null, null));
  const all = [
    key(A, null, null),
    key(A, null, 7),
    key('web', 'a', null),
    key('web', 'b', null),
    key('web', null, 7),
  ];
  assert.equal(new Set(all).size, all.length);
});
