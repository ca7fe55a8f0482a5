import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { ARGUMENTS_BY_TYPE, EVENT_ARGUMENTS } from '../../../src/schema/arguments.ts';
import { capabilityNames } from '../../../src/schema/capabilities.ts';
import { EVENT_ARGS } from '../../../src/schema/event-args.ts';
import { EVENT_TYPES } from '../../../src/schema/events.ts';
import { FLAG_TABLES, falcoNumber, flagNames } from '../../../src/schema/flags/index.ts';
import { FREQUENT_TYPES } from '../../../src/schema/frequent-types.ts';
import { TYPE_NAMES } from '../../../src/schema/record.generated.ts';

test('every event that records carry has arguments, under the name that rules know', () => {
  for (const [type, name] of TYPE_NAMES.entries()) {
    if (name === 'none' || name === 'task') continue;
    assert.ok(ARGUMENTS_BY_TYPE[type]!.length > 0, name);
    assert.ok(EVENT_TYPES.includes(name), name);
  }
  for (const name of EVENT_ARGUMENTS.keys()) assert.ok(TYPE_NAMES.includes(name), name);
});

test('frequent calls are calls that records carry', () => {
  for (const type of FREQUENT_TYPES) assert.ok(TYPE_NAMES.includes(type), type);
});

test('a call without arguments of its own is shown by name and number', () => {
  const names = (type: string): string[] =>
    ARGUMENTS_BY_TYPE[TYPE_NAMES.indexOf(type)]!.map(({ name }) => name);
  assert.deepEqual(names('vhangup'), ['ID', 'nativeID', 'res']);
  assert.deepEqual(names('swapon'), ['ID', 'nativeID', 'res', 'path', 'swapflags']);
});

test('names of arguments are unique, known to the checker, and their flags have a table', () => {
  for (const [event, all] of EVENT_ARGUMENTS) {
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length, event);
    for (const { name, kind, table } of all) {
      assert.ok(EVENT_ARGS.has(name), name);
      assert.equal(table !== null, kind === 'flags' || kind === 'mode', `${event} ${name}`);
      if (table !== null) assert.ok(FLAG_TABLES[table], table);
    }
  }
});

test('signals are those of this machine', () => {
  for (const { name, value } of FLAG_TABLES.signal!.rows) {
    assert.equal(value, constants.signals[name as keyof typeof constants.signals], name);
  }
});

const rows: [table: string, kernel: number, names: string][] = [
  ['mount', 0x80000000, 'NOUSER'],
  ['mount', 0, ''],
  ['protection', 7, 'PROT_READ|PROT_WRITE|PROT_EXEC'],
  ['protection', 0, 'PROT_NONE'],
  ['mapping', 0x22, 'MAP_PRIVATE|MAP_ANONYMOUS'],
  ['fcntl', 1030, 'F_DUPFD_CLOEXEC'],
  ['fcntl', 99999, 'UNKNOWN'],
  ['ptrace', 0x4206, 'PTRACE_SEIZE'],
  ['family', 1, 'AF_LOCAL|AF_UNIX'],
  ['prctl', 12345, ''],
  ['option', 59, 'SO_PEERGROUPS'],
  ['mknod', 0o020666, 'S_IWOTH|S_IROTH|S_IWGRP|S_IRGRP|S_IWUSR|S_IRUSR|S_IFCHR'],
  ['mknod', 0o140600, 'S_IWUSR|S_IRUSR|S_IFSOCK'],
  ['resolve', 1 | 8, 'RESOLVE_BENEATH|RESOLVE_NO_XDEV'],
  ['clone', -1 >>> 0, flagNames(FLAG_TABLES.clone!, falcoNumber(FLAG_TABLES.clone!, -1 >>> 0))],
];
for (const [table, kernel, names] of rows) {
  test(`${table} ${kernel} is ${names || 'without a name'}`, () => {
    const value = falcoNumber(FLAG_TABLES[table]!, kernel);
    assert.ok(value >= 0);
    assert.equal(flagNames(FLAG_TABLES[table]!, value), names);
  });
}

test('capabilities without a name are left out', () => {
  assert.equal(capabilityNames((1n << 63n) | (1n << 21n)), 'CAP_SYS_ADMIN');
});
