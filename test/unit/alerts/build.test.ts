import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertFormat, buildAlert, type Match } from '../../../src/alerts/index.ts';

const match: Match = {
  rule: 'open_from_cat',
  priority: 'Warning',
  priorityNumber: 4,
  source: 'syscall',
  tags: ['process', 'filesystem'],
  timeNs: 1470327477881781397n,
  output: 'An open was seen (command=cat /dev/null)',
  rawOutput: 'An open was seen (command=cat /dev/null)',
  fields: { 'proc.cmdline': 'cat /dev/null', 'evt.rawres': -2, 'fd.name': null, 'proc.exe_ino': 2n ** 60n },
};
const format: AlertFormat = {
  hostname: 'h1',
  timeFormatIso8601: true,
  includeOutput: true,
  includeMessage: false,
  includeOutputFields: true,
  includeTags: true,
};

test('the JSON line has the keys, order and values of Falco', () => {
  assert.equal(
    buildAlert(match, format).json,
    '{"hostname":"h1","output":"2016-08-04T16:17:57.881781397+0000: Warning An open was seen (command=cat /dev/null)",' +
      '"output_fields":{"evt.rawres":-2,"evt.time.iso8601":1470327477881781397,"fd.name":null,' +
      '"proc.cmdline":"cat /dev/null","proc.exe_ino":1152921504606846976},"priority":"Warning","rule":"open_from_cat",' +
      '"source":"syscall","tags":["filesystem","process"],"time":"2016-08-04T16:17:57.881781397Z"}',
  );
});

test('switches leave keys out or add them', () => {
  const json = JSON.parse(
    buildAlert(match, {
      ...format,
      includeOutput: false,
      includeMessage: true,
      includeOutputFields: false,
      includeTags: false,
    }).json,
  );
  assert.deepEqual(Object.keys(json), ['hostname', 'message', 'priority', 'rule', 'source', 'time']);
  assert.equal(json.message, match.output);
});

test('the text line carries local time to the nanosecond unless ISO is asked for', () => {
  assert.match(
    buildAlert(match, { ...format, timeFormatIso8601: false }).text,
    /^\d\d:\d\d:57\.881781397: Warning An open/,
  );
  assert.equal(
    buildAlert({ ...match, timeNs: 1_000_000_001n }, format).text,
    '1970-01-01T00:00:01.000000001+0000: Warning An open was seen (command=cat /dev/null)',
  );
});

test('hostile field content stays inside its JSON string', () => {
  const hostile = '"},"rule":"forged\n\u2028\u0000\ud800';
  const json = buildAlert({ ...match, fields: { 'fd.name': hostile } }, format).json;
  assert.ok(!json.includes('\n'));
  assert.equal(JSON.parse(json).output_fields['fd.name'], hostile);
  assert.equal(JSON.parse(json).rule, 'open_from_cat');
});
