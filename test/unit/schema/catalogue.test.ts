import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES, EventSet, eventTypeId, UNKNOWN_EVENT } from '../../../src/schema/events.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';
import { serviceName, servicePort } from '../../../src/schema/services.ts';

test('every field is described once', () => {
  const names = syscallCatalogue.fields.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  // 268 fields that a current Falco lists for system calls, and six that it only still understands.
  const falcos = syscallCatalogue.fields.filter(({ deprecated, own }) => !deprecated && own !== true);
  assert.equal(falcos.length, 268);
  for (const { name, meaning, arg, argKind } of syscallCatalogue.fields) {
    assert.ok(meaning.length > 0, name);
    assert.equal(arg === 'none', argKind === null, name);
  }
});

const RESOLVED: readonly (readonly [
  name: string,
  arg: string | null,
  field: string,
  found: string | null,
])[] = [
  ['proc.name', null, 'proc.name', null],
  ['evt.arg.flags', null, 'evt.arg', 'flags'],
  ['evt.arg', '1', 'evt.arg', '1'],
  ['container.label.app', null, 'container.label', 'app'],
  ['evt.type.is', 'open', 'evt.type.is', 'open'],
];

test('names resolve to fields and arguments', () => {
  for (const [name, arg, field, found] of RESOLVED) {
    const ref = syscallCatalogue.resolve(name, arg);
    assert.deepEqual([ref?.field.name, ref?.arg], [field, found], name);
  }
  for (const name of ['proc.nothing', 'proc.name.x', 'evt', 'constructor', 'toString.x', '__proto__.x']) {
    assert.equal(syscallCatalogue.resolve(name, null), undefined, name);
  }
});

test('event types have one id each', () => {
  assert.equal(new Set(EVENT_TYPES).size, EVENT_TYPES.length);
  for (const name of ['open', 'openat2', 'execve', 'connect', 'procexit', 'asyncevent', 'prlimit']) {
    assert.equal(EVENT_TYPES[eventTypeId(name)], name);
  }
  assert.equal(eventTypeId('no_such_event'), UNKNOWN_EVENT);
});

test('sets of event types', () => {
  const [open, close, execve] = ['open', 'close', 'execve'].map(eventTypeId) as [number, number, number];
  const some = EventSet.of([open, close]);
  assert.deepEqual(some.names().sort(), ['close', 'open']);
  assert.ok(some.complement().complement().equals(some));
  assert.ok(some.union(some.complement()).equals(EventSet.ALL));
  assert.ok(some.intersection(some.complement()).equals(EventSet.NONE));
  assert.equal(EventSet.ALL.size, EVENT_TYPES.length);
  assert.ok(some.has(open) && !some.has(execve) && !some.has(1e6));
  assert.ok(EventSet.of([execve]).union(some).has(execve));
});

test('services by name and by port', () => {
  assert.deepEqual([servicePort('ssh'), servicePort('https'), servicePort('tcp')], [22, 443, undefined]);
  assert.deepEqual([serviceName(22), serviceName(1)], ['ssh', 'tcpmux']);
});
