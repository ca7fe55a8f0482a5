import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeFacts, noFacts } from '../../../src/containers/facts.ts';
import { parseImageName } from '../../../src/containers/image.ts';
import { cleanLabels, cleanText, Faults } from '../../../src/containers/text.ts';
import { labelsText, mountPicker, mountsText, probeText, runsProbe } from '../../../src/containers/values.ts';

const D = `sha256:${'d'.repeat(64)}`;
const images: readonly (readonly [
  reference: string | null,
  repository: string | null,
  tag: string | null,
  digest: string | null,
])[] = [
  ['docker.io/library/nginx:1.25', 'docker.io/library/nginx', '1.25', null],
  ['nginx', 'nginx', null, null],
  ['registry:5000/team/app', 'registry:5000/team/app', null, null],
  ['registry:5000/team/app:v1', 'registry:5000/team/app', 'v1', null],
  [`registry:5000/team/app:v1@${D}`, 'registry:5000/team/app', 'v1', D],
  [`app@${D}`, 'app', null, D],
  [D, null, null, D],
  ['d'.repeat(64), null, null, null],
  ['app:', 'app', null, null],
  ['@', null, null, null],
  [null, null, null, null],
];
for (const [reference, repository, tag, digest] of images) {
  test(`image ${reference}`, () => assert.deepEqual(parseImageName(reference), { repository, tag, digest }));
}

const mount = (source: string, dest: string, rdwr = true) => ({
  source,
  dest,
  mode: '',
  rdwr,
  propagation: 'rprivate',
});
const MOUNTS = [
  mount('/proc', '/host/proc', false),
  mount('/root/.ssh', '/keys'),
  mount('/data/rootfs', '/r'),
];

test('mounts as one text', () => {
  assert.equal(
    mountsText(MOUNTS.slice(0, 2)),
    '/proc:/host/proc::false:rprivate,/root/.ssh:/keys::true:rprivate',
  );
});

const picks: readonly (readonly [arg: string, by: 'source' | 'dest', source: string | null])[] = [
  ['0', 'source', '/proc'],
  ['2', 'source', '/data/rootfs'],
  ['3', 'source', null],
  ['/proc', 'source', '/proc'],
  ['/proc*', 'source', '/proc'],
  ['/root*', 'source', '/root/.ssh'],
  ['/', 'source', null],
  ['*/rootfs', 'source', '/data/rootfs'],
  ['/r?ot/.s[a-z]h', 'source', '/root/.ssh'],
  ['/[!pr]*', 'source', '/data/rootfs'],
  ['/keys', 'dest', '/root/.ssh'],
  ['/host/*', 'dest', '/proc'],
  ['/[', 'dest', null],
];
for (const [arg, by, source] of picks) {
  test(`mount [${arg}] by ${by}`, () => assert.equal(mountPicker(arg, by)(MOUNTS)?.source ?? null, source));
}

test('a glob of many stars ends in time length times length', () => {
  const pick = mountPicker(`${'*a'.repeat(2000)}b`, 'source');
  assert.equal(pick([mount('a'.repeat(4000), '/x')]), null);
});

test('labels as one text leave out what Kubernetes notes', () => {
  const labels = new Map([
    ['annotation.x', '1'],
    ['app', 'web'],
    ['io.kubernetes.pod.name', 'p'],
    ['solo', ''],
  ]);
  assert.equal(labelsText(labels), 'app:web, solo');
});

test('probes', () => {
  assert.equal(probeText(['/bin/sh', '-c', 'true x']), '/bin/sh -c true x');
  assert.equal(probeText([]), 'NONE');
  assert.ok(runsProbe(['cat', '/ok'], ['cat', '/ok']));
  for (const args of [['cat'], ['cat', '/ok', 'x'], ['cat', '/no'], []])
    assert.ok(!runsProbe(['cat', '/ok'], args));
  assert.ok(!runsProbe([], []));
  assert.ok(!runsProbe(null, []));
});

const texts: readonly (readonly [name: string, value: unknown, text: string | null, faults: number])[] = [
  ['plain', 'web', 'web', 0],
  ['UTF-8 becomes byte text', 'é', '\xc3\xa9', 0],
  ['empty', '', null, 0],
  ['no text', 7, null, 0],
  ['missing', undefined, null, 0],
  ['line end', 'a\nb', null, 1],
  ['escape', 'a\x1b[2J', null, 1],
  ['C1', 'a\x9bb', null, 1],
  ['bidi', 'a‮b', null, 1],
  ['too long', 'x'.repeat(9), null, 1],
  ['too long in bytes only', 'é'.repeat(5), null, 1],
];
for (const [name, value, text, count] of texts) {
  test(`text: ${name}`, () => {
    const faults = new Faults();
    assert.equal(cleanText(value, 8, faults), text);
    assert.equal(faults.count, count);
  });
}

test('labels: bounded, sorted, hostile ones left out one by one', () => {
  const faults = new Faults();
  const hostile = {
    z: '1',
    a: '',
    big: 'x'.repeat(1 << 20),
    esc: '\x1b',
    'k\n': 'v',
    n: 5,
    ['__proto__']: 'p',
  };
  assert.deepEqual(
    [...cleanLabels(hostile, 100, faults)],
    [
      ['__proto__', 'p'],
      ['a', ''],
      ['z', '1'],
    ],
  );
  assert.equal(faults.count, 3);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, 'v']));
  assert.equal(cleanLabels(many, 100, faults).size, 256);
  assert.equal(cleanLabels(['a'], 100, faults).size, 0);
});

test('merge: the better counts where it knows, labels are united', () => {
  const base = { ...noFacts('containerd'), name: 'a', image: 'x', labels: new Map([['l', '1']]) };
  const better = { ...noFacts('docker'), name: 'b', hostPid: false, labels: new Map([['a', '2']]) };
  const merged = mergeFacts(base, better);
  assert.deepEqual([merged.runtime, merged.name, merged.image, merged.hostPid], ['docker', 'b', 'x', false]);
  assert.deepEqual(
    [...merged.labels!],
    [
      ['a', '2'],
      ['l', '1'],
    ],
  );
});
