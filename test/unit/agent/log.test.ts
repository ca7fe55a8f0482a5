import assert from 'node:assert/strict';
import { fstatSync } from 'node:fs';
import { test } from 'node:test';
import { createLog, leadsToJournal } from '../../../src/agent/log.ts';

test('under the journal a line carries its level, elsewhere its time; content never breaks a line', () => {
  const lines: string[] = [];
  createLog((line) => lines.push(line), 'Notice', true).error('a\n<0>b');
  createLog(
    (line) => lines.push(line),
    'Notice',
    false,
    undefined,
    () => new Date(0),
  ).notice('hello \u001b[31m');
  assert.deepEqual(lines, ['<3>a\\n<0>b\n', '1970-01-01T00:00:00.000Z saker Notice: hello \\x1b[31m\n']);
});

test('less severe than the level is not written', () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), 'Warning', true);
  log.info('no');
  log.debug('no');
  log.warning('yes');
  assert.deepEqual(lines, ['<4>yes\n']);
});

test('only the very stream that systemd connected counts as the journal', () => {
  const { dev, ino } = fstatSync(2);
  assert.ok(leadsToJournal({ JOURNAL_STREAM: `${dev}:${ino}` }));
  assert.ok(!leadsToJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` }), 'inherited from a parent');
  assert.ok(!leadsToJournal({}));
});
