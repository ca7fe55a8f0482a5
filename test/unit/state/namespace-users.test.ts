import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamespaceUsers, type Process, type UserSource, Users } from '../../../src/state/index.ts';
import { process } from '../engine/records.ts';

const SECOND = 1e9;
const HOST = 10;

const source = (name: string): UserSource => ({
  user: (uid) => (uid === 33 ? { name, homedir: '/', shell: '/bin/sh' } : null),
  group: (gid) => (gid === 33 ? { name } : null),
});
const host = new Users(source('on-host'));

const ROOT = 4026531837;
const inNamespace = (pid: number, mntNs: number): Process => process(pid, {}, { mntNs, mntUserNs: ROOT });

/** Namespaces whose accounts can be read are named after themselves; the pids that were asked. */
function stage(readable: (pid: number, namespace: number) => boolean) {
  const asked: number[] = [];
  const users = new NamespaceUsers(host, HOST, (pid, namespace) => {
    asked.push(pid);
    return readable(pid, namespace) ? source(`ns${namespace}`) : null;
  });
  return { users, asked };
}

const rows: [name: string, of: Process | null, uid: number, expected: string][] = [
  ['a process of the host', inNamespace(1, HOST), 33, 'on-host'],
  ['a process of which nothing is known', null, 33, 'on-host'],
  ['a process whose namespace is not known', inNamespace(1, 0), 33, 'on-host'],
  ['a process of a container', inNamespace(1, 11), 33, 'ns11'],
  ['an id that the container does not name', inNamespace(1, 11), 34, '<NA>'],
  ['a sandbox that a user made', process(1, {}, { mntNs: 11, userNs: 5 }), 33, 'on-host'],
  ['a container of root', process(1, {}, { mntNs: 11, userNs: ROOT, mntUserNs: ROOT }), 33, 'ns11'],
  ['root in the mounts of a user', process(1, {}, { mntNs: 11, userNs: ROOT, mntUserNs: 5 }), 33, 'on-host'],
  ['mounts of nobody knows whom', process(1, {}, { mntNs: 11, userNs: ROOT }), 33, '<NA>'],
  ['root of a container that cannot be looked at', inNamespace(1, 99), 0, 'root'],
  ['somebody else there', inNamespace(1, 99), 33, '<NA>'],
];
for (const [name, of, uid, expected] of rows) {
  test(name, () => {
    const { users } = stage((_, namespace) => namespace !== 99);
    assert.equal(users.of(of, 0).userName(uid).text, expected);
  });
}

test('read once for all processes of a namespace, and again after a while', () => {
  const { users, asked } = stage(() => true);
  for (const pid of [1, 2, 3]) users.of(inNamespace(pid, 11), SECOND);
  assert.deepEqual(asked, [1]);
  users.of(inNamespace(4, 11), 12 * SECOND);
  assert.deepEqual(asked, [1, 4]);
});

test('of a process that ended, an ancestor in the same namespace leads there', () => {
  const { users, asked } = stage(() => true);
  const [init, between, ended] = [inNamespace(1, 11), inNamespace(2, 12), inNamespace(3, 11)];
  between.parent = init;
  ended.parent = between;
  ended.end();
  assert.equal(users.of(ended, 0).userName(33).text, 'ns11');
  assert.deepEqual(asked, [1]);
});

test('what could not be read is tried again soon, and what was known stays known', () => {
  let works = true;
  const { users, asked } = stage(() => works);
  const one = inNamespace(1, 11);
  users.of(one, 0);
  works = false;
  assert.equal(users.of(one, 20 * SECOND).userName(33).text, 'ns11');
  assert.equal(users.of(one, 20.5 * SECOND).userName(33).text, 'ns11');
  assert.equal(asked.length, 2);
  users.of(one, 22 * SECOND);
  assert.equal(asked.length, 3);
});

test('reads are bounded', () => {
  const { users, asked } = stage(() => true);
  for (let namespace = 100; namespace < 200; namespace++) users.of(inNamespace(namespace, namespace), 0);
  assert.equal(asked.length, 20);
});
