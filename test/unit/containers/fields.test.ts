import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { type Container, Containers } from '../../../src/containers/cache.ts';
import { type ContainerFacts, noFacts } from '../../../src/containers/facts.ts';
import { bindContainerField } from '../../../src/containers/fields.ts';
import { SYSCALL_FIELDS } from '../../../src/schema/syscall-fields.ts';

const A = 'a'.repeat(64);
const FACTS: ContainerFacts = {
  ...noFacts('containerd'),
  name: 'web',
  image: 'docker.io/library/nginx:1.25',
  imageId: 'd'.repeat(64),
  imageRepository: 'docker.io/library/nginx',
  imageTag: '1.25',
  imageDigest: `sha256:${'e'.repeat(64)}`,
  privileged: true,
  mounts: [
    { source: '/', dest: '/host', mode: 'z', rdwr: true, propagation: 'rslave' },
    { source: '/proc', dest: '/host/proc', mode: '', rdwr: false, propagation: 'private' },
  ],
  labels: new Map([['app', 'web']]),
  ip: '10.0.0.9',
  cniJson: '{}',
  hostPid: true,
  hostNetwork: false,
  hostIpc: false,
  healthcheck: ['/bin/sh', '-c', 'curl /'],
  livenessProbe: ['cat', '/ok'],
  readinessProbe: [],
  podName: 'web-0',
  podNamespace: 'shop',
  podUid: 'uid-1',
  podSandboxId: 'b'.repeat(64),
  podLabels: new Map([['tier', 'front']]),
};

function container(facts: ContainerFacts | null): Container {
  const containers = new Containers();
  const made = containers.of(`/docker/${A}`, 0)!;
  if (facts !== null) containers.apply([{ kind: 'facts', key: A, facts, final: true }], 0);
  return made;
}
const shown = (field: string, arg: string | null, of: Container | null): string | boolean | null => {
  const get = bindContainerField(field, arg);
  assert.ok(get !== null, field);
  const value = get(of);
  return value instanceof Interned ? value.text : value;
};

type Shown = string | boolean | null;
/** field, argument; with all facts, a known container without any, the host. Nothing known: always missing but the ids. */
const table: readonly (readonly [
  field: string,
  arg: string | null,
  full: Shown,
  bare: Shown,
  host: Shown,
])[] = [
  ['container.id', null, 'aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'host'],
  ['container.full_id', null, A, A, 'host'],
  ['container.type', null, 'containerd', 'docker', 'host'],
  ['container.name', null, 'web', '', 'host'],
  ['container.image', null, 'docker.io/library/nginx:1.25', '', ''],
  ['container.image.id', null, 'd'.repeat(64), '', ''],
  ['container.image.repository', null, 'docker.io/library/nginx', '', ''],
  ['container.image.tag', null, '1.25', '', ''],
  ['container.image.digest', null, `sha256:${'e'.repeat(64)}`, '', ''],
  ['container.privileged', null, true, null, false],
  ['container.host_pid', null, true, null, false],
  ['container.host_network', null, false, null, false],
  ['container.host_ipc', null, false, null, false],
  ['container.mounts', null, '/:/host:z:true:rslave,/proc:/host/proc::false:private', '', ''],
  ['container.mount', '0', '/:/host:z:true:rslave', null, null],
  ['container.mount', '/proc*', '/proc:/host/proc::false:private', null, null],
  ['container.mount.source', '/host/proc', '/proc', null, null],
  ['container.mount.dest', '/', '/host', null, null],
  ['container.mount.mode', '/', 'z', null, null],
  ['container.mount.rdwr', '/proc', 'false', null, null],
  ['container.mount.propagation', '1', 'private', null, null],
  ['container.mount.propagation', '2', null, null, null],
  ['container.healthcheck', null, '/bin/sh -c curl /', null, null],
  ['container.liveness_probe', null, 'cat /ok', null, null],
  ['container.readiness_probe', null, 'NONE', null, null],
  ['container.ip', null, '10.0.0.9', '', ''],
  ['container.cni.json', null, '{}', '', ''],
  ['container.label', 'app', 'web', null, null],
  ['container.label', 'none', null, null, null],
  ['container.labels', null, 'app:web', '', ''],
  ['k8s.pod.name', null, 'web-0', null, null],
  ['k8s.ns.name', null, 'shop', null, null],
  ['k8s.pod.id', null, 'uid-1', null, null],
  ['k8s.pod.uid', null, 'uid-1', null, null],
  ['k8s.pod.sandbox_id', null, 'bbbbbbbbbbbb', '', ''],
  ['k8s.pod.full_sandbox_id', null, 'b'.repeat(64), '', ''],
  ['k8s.pod.label', 'tier', 'front', null, null],
  ['k8s.pod.labels', null, 'tier:front', '', ''],
  ['k8s.pod.ip', null, '10.0.0.9', null, null],
  ['k8s.pod.cni.json', null, '{}', null, null],
];
for (const [field, arg, full, bare, host] of table) {
  test(`${field}${arg === null ? '' : `[${arg}]`}`, () => {
    assert.equal(shown(field, arg, container(FACTS)), full);
    assert.equal(shown(field, arg, container(noFacts('docker'))), bare);
    assert.equal(shown(field, arg, null), host);
    const ids = ['container.id', 'container.full_id', 'container.type'];
    assert.equal(shown(field, arg, container(null)), ids.includes(field) ? bare : null);
  });
}

// These need the process as well.
const ELSEWHERE = /^(?:proc\.is_container_|container\.start_ts|container\.duration)/;

test('every field of the catalogue has a getter', () => {
  const fields = SYSCALL_FIELDS.filter(
    ({ name }) => /^(?:container|k8s)\./.test(name) && !ELSEWHERE.test(name),
  );
  assert.equal(fields.length, 56);
  for (const { name, arg } of fields) {
    assert.ok(bindContainerField(name, arg === 'required' ? 'x' : null) !== null, name);
  }
  assert.equal(bindContainerField('container.start_ts', null), null);
  assert.equal(bindContainerField('container.nothing', null), null);
  assert.equal(bindContainerField('constructor', null), null);
});

test('a text is the same object until the facts change', () => {
  const containers = new Containers();
  const of = containers.of(`/docker/${A}`, 0)!;
  const name = bindContainerField('container.name', null)!;
  containers.apply([{ kind: 'facts', key: A, facts: FACTS, final: true }], 0);
  const first = name(of);
  assert.equal(name(of), first);
  containers.apply([{ kind: 'facts', key: A, facts: { ...FACTS, name: 'renamed' }, final: true }], 0);
  assert.deepEqual([shown('container.name', null, of), name(of) === first], ['renamed', false]);
});
