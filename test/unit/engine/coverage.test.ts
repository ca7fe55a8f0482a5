import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { after, test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { noFacts } from '../../../src/containers/facts.ts';
import { type Container, type ContainerFacts, Containers } from '../../../src/containers/index.ts';
import type { Event } from '../../../src/engine/event.ts';
import { availableFields } from '../../../src/engine/facts/index.ts';
import { HostNames } from '../../../src/engine/host-names.ts';
import { ProcDetails } from '../../../src/host/index.ts';
import type { Field } from '../../../src/schema/field.ts';
import { FLAG_OVERLAY } from '../../../src/schema/record.generated.ts';
import { SYSCALL_FIELDS } from '../../../src/schema/syscall-fields.ts';
import { Details, Environment, Environments, hostState, Process } from '../../../src/state/index.ts';
import * as records from './records.ts';

/**
 * Every field that rules commonly use has a value on some event: grades A and B, and all of the classes of the event,
 * the process, its descriptor and its user. The events below are of this very process, with details from the real /proc.
 */

/** Fields without a value, and why that is right. */
const WITHOUT: Readonly<Record<string, string>> = {
  'evt.asynctype': 'no event is injected from outside of the kernel',
  'evt.pluginname': 'system calls come from no plugin; null in Falco too',
  'evt.plugininfo': 'system calls come from no plugin; null in Falco too',
};
/** Asked for by conditions alone, which the rules turn into questions about the ends. */
const COMBINED = /^fd\.(ip|port|proto|net|[cslr]net)$/;
const CLASSES = new Set(['evt', 'process', 'user', 'group', 'fd']);

const ARGUMENTS: Readonly<Record<string, string>> = {
  'evt.type.is': 'openat',
  'evt.arg': 'flags',
  'evt.rawarg': 'flags',
  'evt.around': '1700000000000000000',
  'evt.abspath': 'src',
  'thread.cgroup': 'cpu',
  'container.mount.source': '0',
  'container.mount.dest': '0',
  'container.label': 'app',
  'k8s.pod.label': 'tier',
};

const isWanted = ({ grade, group, name }: Field): boolean =>
  !COMBINED.test(name) && (grade !== 'C' || CLASSES.has(group));

/** One of which everything is known. */
function aContainer(): Container {
  const id = 'a'.repeat(64);
  const containers = new Containers();
  const facts: ContainerFacts = {
    ...noFacts('containerd'),
    ...{ name: 'web', image: 'acme/web:1', imageId: 'd', imageRepository: 'acme/web', imageTag: '1' },
    ...{ imageDigest: 'sha256:e', privileged: false, hostPid: false, hostNetwork: false, hostIpc: false },
    mounts: [{ source: '/', dest: '/host', mode: '', rdwr: true, propagation: 'private' }],
    labels: new Map([['app', 'web']]),
    ...{ ip: '10.0.0.9', createdMs: 1, healthcheck: ['true'] },
    ...{ podName: 'web-0', podNamespace: 'shop', podUid: 'u', podSandboxId: 'b', isPodSandbox: false },
    podLabels: new Map([['tier', 'front']]),
  };
  containers.apply([{ kind: 'facts', key: id, facts, final: true }], 0);
  return containers.of(`/docker/${id}`, 0)!;
}

const host = hostState();
const directory = openSync('/etc', 'r');
after(() => closeSync(directory));

function self(): Process {
  const found = host.readProcess(process.pid);
  assert.ok(found);
  const made = new Process({ ...found.task, pidNs: 7, sid: 1, pgid: 1 });
  made.setImage({
    ...found.image,
    exeIno: 5n,
    exeMtime: 1n,
    exeCtime: 1n,
    environment: new Environment('HOME=/\0'),
  });
  return made;
}

function sampleEvents(): Event[] {
  const details = new Details(new ProcDetails(), new Environments());
  const me = self();
  const parent = records.process(
    1,
    { vpid: 1, pidNs: 7, comm: new Interned('sh') },
    { environment: new Environment('A=1\0') },
  );
  me.parent = parent;
  const hostNames = new HostNames();
  hostNames.set(new Map([['a', ['10.0.0.1', '10.0.0.2']]]));
  const world = { processes: [me, parent], details, hostNames, container: aContainer() };
  const header = { pid: process.pid, ret: 3 };
  const connect = {
    fd: 3,
    args: [3],
    state: 1,
    local: [[10, 0, 0, 1], 50000],
    remote: [[10, 0, 0, 2], 443],
  } as const;
  return [
    records.openRecord('openat', { ...header, name: '/etc/x', flags: FLAG_OVERLAY, dev: 0x801, ino: 5 }),
    records.socketRecord('connect', { ...header, ...connect, ret: 0 }),
    records.socketRecord('sendto', { ...header, ...connect, data: 'x' }),
    records.callRecord('rename', { ...header, ret: 0, name: '/a', name2: '/b' }),
    records.callRecord('mprotect', header),
    records.callRecord('dup', { ...header, fd: directory, args: [directory] }),
    // Shares of the CPU lie between two looks.
    records.openRecord('openat', { ...header, tsNs: 5 * records.SECOND }),
  ].map((record) => records.eventOf(record, world));
}

const events = sampleEvents();
/** On any of the events, in their order. */
function hasValue(field: Field): boolean {
  const arg = ARGUMENTS[field.name];
  const written = arg === undefined ? field.name : `${field.name}[${arg}]`;
  return events.map((event) => records.fieldOf(event, written)).some((value) => value !== null);
}

for (const field of SYSCALL_FIELDS.filter(isWanted)) {
  test(`${field.grade} ${field.name}`, () => {
    if (WITHOUT[field.name] !== undefined) assert.ok(!availableFields.has(field.name), 'has a value now');
    else assert.ok(hasValue(field), `no value, though it is a field of grade ${field.grade}`);
  });
}

const HEALTH = ['/bin/sh', '-c', 'curl /'];
const probes: [name: string, entry: string[], vpid: number, child: boolean, expected: boolean][] = [
  ['what the runtime starts for it', HEALTH, 7, false, true],
  ['a child of that', HEALTH, 7, true, true],
  ['the container itself', HEALTH, 1, false, false],
  ['another command from outside', ['/bin/sh'], 7, false, false],
];
for (const [name, argv, vpid, child, expected] of probes) {
  test(`is_container_healthcheck: ${name}`, () => {
    const id = 'c'.repeat(64);
    const containers = new Containers();
    const facts = { ...noFacts('docker'), healthcheck: HEALTH };
    containers.apply([{ kind: 'facts', key: id, facts, final: true }], 0);
    const container = containers.of(`/docker/${id}`, 0);
    const runtime = records.process(50, { pidNs: 1 });
    const entry = records.process(100, { pidNs: 7, vpid }, { argv });
    entry.parent = runtime;
    const process = child ? records.process(200, { pidNs: 7, vpid: 8 }, { argv: ['curl', '/'] }) : entry;
    if (child) process.parent = entry;
    const world = { processes: [process, entry, runtime], container };
    const event = records.eventOf(records.openRecord('openat', { pid: process.pid, ret: 3 }), world);
    assert.equal(records.fieldOf(event, 'proc.is_container_healthcheck'), expected);
  });
}

const starts: [name: string, pids: { vpid: number; pidNs: number }, startTs: bigint | null][] = [
  ['the first process of its pid namespace', { vpid: 8, pidNs: 7 }, 1_700_000_000_000_050_000n],
  ['with the pids of the host, when the runtime made it', { vpid: 100, pidNs: 1 }, 1_000_000n],
];
for (const [name, pids, startTs] of starts) {
  test(`container.start_ts: ${name}`, () => {
    const processes = [records.process(100, pids), records.process(50, { vpid: 1, pidNs: 7 })];
    const world = { processes, container: aContainer() };
    const event = records.eventOf(records.openRecord('openat', { tsNs: 1000 }), world);
    assert.equal(records.fieldOf(event, 'container.start_ts'), startTs);
    assert.equal(records.fieldOf(event, 'container.duration'), 1_700_000_000_000_001_000n - startTs!);
  });
}

test('the host, and where nobody can tell', () => {
  const of = (container: Container | null | undefined) =>
    [
      'container.id',
      'container.name',
      'container.image.repository',
      'k8s.ns.name',
      'container.start_ts',
      'fd.containername',
    ].map((field) =>
      records.fieldOf(records.eventOf(records.openRecord('openat', { ret: 3 }), { container }), field),
    );
  assert.deepEqual(of(null), ['host', 'host', '', null, null, 'host:/etc/shadow']);
  assert.deepEqual(of(undefined), [null, null, null, null, null, null]);
});

test('conditions on both ends of a socket are available', () => {
  const combined = SYSCALL_FIELDS.filter(({ name }) => COMBINED.test(name));
  assert.equal(combined.length, 8);
  assert.ok(combined.every(({ name }) => availableFields.has(name)));
});
