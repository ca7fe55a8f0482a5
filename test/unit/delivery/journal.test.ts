import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldName, journalEntry } from '../../../src/delivery/journal.ts';
import { alert } from './alerts.ts';

/** Reads an entry as journald does (journald-native.c): line form or length form, until the bytes end. */
function parseEntry(bytes: Uint8Array): [name: string, value: string][] {
  const entry = Buffer.from(bytes);
  const fields: [string, string][] = [];
  let at = 0;
  while (at < entry.length) {
    const end = entry.indexOf(10, at);
    assert.ok(end >= 0, 'a field has no end');
    const equals = entry.subarray(at, end).indexOf(61);
    if (equals >= 0) {
      fields.push([entry.toString('utf8', at, at + equals), entry.toString('utf8', at + equals + 1, end)]);
      at = end + 1;
      continue;
    }
    const length = Number(entry.readBigUInt64LE(end + 1));
    fields.push([entry.toString('utf8', at, end), entry.toString('utf8', end + 9, end + 9 + length)]);
    assert.equal(entry[end + 9 + length], 10, 'the length form ends with a newline');
    at = end + 10 + length;
  }
  return fields;
}

test('an entry holds the message, syslog facts, the rule and one field per output field', () => {
  assert.deepEqual(parseEntry(journalEntry(alert(), 77)), [
    ['MESSAGE', 'Warning Sensitive file read (file=/etc/shadow)'],
    ['PRIORITY', '4'],
    ['SYSLOG_FACILITY', '1'],
    ['SYSLOG_IDENTIFIER', 'saker'],
    ['SYSLOG_PID', '77'],
    ['SAKER_RULE', 'Read sensitive file'],
    ['SAKER_PRIORITY', 'Warning'],
    ['SAKER_SOURCE', 'syscall'],
    ['SAKER_TIME_NS', '1700000000123456789'],
    ['SAKER_TAGS', 'filesystem'],
    ['SAKER_TAGS', 'T1003'],
    ['SAKER_FIELD_PROC_NAME', 'cat'],
    ['SAKER_FIELD_FD_NAME', '/etc/shadow'],
    ['SAKER_FIELD_PROC_PID', '42'],
  ]);
});

test('no content can forge a field', () => {
  const evil = 'x\nPRIORITY=0\nSAKER_RULE=forged\n\0\u0001';
  const fields = parseEntry(
    journalEntry(
      alert({ rule: evil, output: evil, source: evil, tags: [evil], fields: { 'a\nB=c': evil } }),
      1,
    ),
  );
  const honest = parseEntry(journalEntry(alert({ tags: ['t'], fields: { a_B_c: 'v' } }), 1));
  assert.deepEqual(
    fields.map(([name]) => name),
    honest.map(([name]) => name),
  );
  assert.equal(fields.find(([name]) => name === 'SAKER_FIELD_A_B_C')?.[1], evil);
  assert.equal(fields[0]![1], 'Warning x\\nPRIORITY=0\\nSAKER_RULE=forged\\n\\x00\\x01');
});

const names: [field: string, journal: string][] = [
  ['proc.name', 'SAKER_FIELD_PROC_NAME'],
  ['proc.aname[2]', 'SAKER_FIELD_PROC_ANAME_2'],
  ['evt.arg.flags', 'SAKER_FIELD_EVT_ARG_FLAGS'],
  ['größe=x\n', 'SAKER_FIELD_GR_SSE_X'],
  ['', 'SAKER_FIELD_'],
];
for (const [field, journal] of names) {
  test(`field name ${JSON.stringify(field)} → ${journal}`, () => assert.equal(fieldName(field), journal));
}

test('names and values keep to the bounds', () => {
  assert.equal(fieldName('x'.repeat(200)).length, 64);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, 'v']));
  assert.ok(parseEntry(journalEntry(alert({ fields: many }), 1)).length <= 1000);
  const long = parseEntry(journalEntry(alert({ fields: { a: 'y'.repeat(1 << 20) } }), 1)).at(-1)!;
  assert.ok(long[1].length < 70_000 && long[1].endsWith('…'));
});
