import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { Containers } from '../../../src/containers/index.ts';
import { CgroupContainers, type CgroupSource } from '../../../src/engine/cgroup-containers.ts';
import { image, process, SECOND } from './records.ts';

const ID = 'a'.repeat(64);
const PATH = `/system.slice/docker-${ID}.scope`;

/** A machine whose processes lie in these cgroups; paths that were asked for. */
function world(
  cgroups: Record<number, [string, string][]>,
  ids: Record<string, number> = {},
  legacy = false,
) {
  const asked: number[] = [];
  const containers = new Containers();
  const source: CgroupSource = {
    details: {
      cgroups: ({ pid }) => {
        asked.push(pid);
        return cgroups[pid] ?? null;
      },
    },
    cgroupId: (path) => (ids[path] === undefined ? null : BigInt(ids[path])),
    legacyCgroups: legacy,
  };
  return { asked, containers, of: new CgroupContainers(containers, source, () => 0) };
}

const learned = (text: string) => () => new Interned(text);

test('what an exec told holds for every process of the cgroup, without a look at /proc', () => {
  const { asked, containers, of } = world({});
  of.learn(7n, learned(PATH));
  of.learn(7n, () => assert.fail('asked for a path that is known'));
  assert.equal(of.of(process(1), 7, 0)?.id, 'a'.repeat(12));
  assert.equal(of.of(null, 7, 0)?.id, 'a'.repeat(12), 'the process may be unknown');
  assert.deepEqual(asked, []);
  assert.equal(containers.takeAsks(0).length, 1, 'asked for before an alert needs it');
});

test('the host', () => {
  const { of } = world({});
  of.learn(7n, learned('/system.slice/ssh.service'));
  assert.equal(of.of(process(1), 7, 0), null);
});

const rows: { name: string; path: string; id: number; want: string | undefined }[] = [
  { name: 'a cgroup in which nothing was executed', path: PATH, id: 9, want: 'a'.repeat(12) },
  { name: 'the process has moved since', path: PATH, id: 8, want: undefined },
];
for (const { name, path, id, want } of rows) {
  test(`from /proc: ${name}`, () => {
    const { of } = world({ 100: [['', path]] }, { [PATH]: id });
    assert.equal(of.of(process(100), 9, 0)?.id, want);
  });
}

test('what nobody could tell is asked for again, once a second', () => {
  const cgroups: Record<number, [string, string][]> = {};
  const { asked, of } = world(cgroups, { [PATH]: 9 });
  for (const ns of [0, 1, SECOND / 2]) assert.equal(of.of(process(100), 9, ns), undefined);
  assert.equal(asked.length, 1);
  cgroups[100] = [['', PATH]];
  assert.equal(of.of(process(100), 9, SECOND)?.id, 'a'.repeat(12));
  assert.equal(asked.length, 2);
});

test('a path that may have lost its front is not believed', () => {
  const { of } = world({});
  of.learn(7n, learned(`${'/x'.repeat(11)}/docker-${ID}.scope`));
  assert.equal(of.of(process(1), 7, 0), undefined);
});

test('cgroup v1: asked for once per program, inherited by its children, whatever the id says', () => {
  const v1: [string, string][] = [
    ['name=systemd', '/'],
    ['memory', `/docker/${ID}`],
  ];
  const { asked, of } = world({ 100: v1 }, {}, true);
  const shared = image();
  const [parent, child] = [process(100, {}, null), process(101, {}, null)];
  parent.setImage(shared);
  child.inheritImage(parent);
  of.learn(1n, learned('/'));
  assert.equal(of.of(parent, 1, 0)?.id, 'a'.repeat(12));
  assert.equal(of.of(child, 1, 0)?.id, 'a'.repeat(12));
  assert.deepEqual(asked, [100]);
  child.setImage(image());
  assert.equal(of.of(child, 1, 0), undefined, 'another program, and the process is gone');
});

test('a container that nobody knew is asked for again', () => {
  const { containers, of } = world({});
  of.learn(7n, learned(PATH));
  containers.takeAsks(0);
  containers.apply([{ kind: 'facts', key: ID, facts: null, final: true }], -60_000);
  assert.equal(of.of(null, 7, 0)?.state, 'pending');
  assert.equal(containers.takeAsks(0).length, 1);
});
