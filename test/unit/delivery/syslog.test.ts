import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PRIORITIES } from '../../../src/base/alert.ts';
import { syslogEndsInJournal, syslogMessage } from '../../../src/delivery/syslog.ts';
import { alert } from './alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-syslog-'));
after(() => rmSync(folder, { recursive: true }));

const message = (more: Parameters<typeof alert>[0], json = false): string =>
  Buffer.from(syslogMessage(alert(more), 77, json)).toString();

for (const [number, priority] of PRIORITIES.entries()) {
  test(`${priority} is sent as user.${number}`, () => {
    assert.ok(message({ priority, priorityNumber: number }).startsWith(`<${8 + number}>`));
  });
}

test('the form is that of libc: month, day padded with a blank, local time, ident[pid]', () => {
  const timeNs = BigInt(new Date(2026, 2, 5, 7, 8, 9).getTime()) * 1_000_000n;
  assert.equal(message({ timeNs, text: 'T' }), '<12>Mar  5 07:08:09 saker[77]: T');
});

test('content stays on one line, as text and as JSON', () => {
  const text = 'x\n<8>Mar  5 07:08:09 sshd[1]: forged\r\0';
  assert.doesNotMatch(message({ text }), /[\n\r\0]/);
  assert.doesNotMatch(message({ json: JSON.stringify({ text }, null, 1) }, true), /[\n\r\0]/);
});

test('a message is cut at 8 KiB between characters', () => {
  for (const pad of ['', 'a', 'ab', 'abc']) {
    const bytes = Buffer.from(syslogMessage(alert({ text: pad + '🦅'.repeat(5000) }), 77, false));
    assert.ok(bytes.length <= 8192 && bytes.length > 8180);
    assert.doesNotMatch(bytes.toString(), /\ufffd/);
    assert.ok(bytes.toString().endsWith('🦅…'));
  }
});

test('/dev/log that leads into the journal is recognised', () => {
  const link = join(folder, 'log');
  symlinkSync('/run/systemd/journal/dev-log', link);
  const own = join(folder, 'own');
  symlinkSync(folder, own);
  assert.equal(syslogEndsInJournal(own), false);
  assert.equal(syslogEndsInJournal(join(folder, 'none')), false);
});
