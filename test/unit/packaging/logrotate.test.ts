import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'saker-logrotate-'));
after(() => rmSync(folder, { recursive: true }));
const program = '/usr/sbin/logrotate';
const snippet = readFileSync(join(import.meta.dirname, '../../../packaging/etc/logrotate'), 'utf8');

test('the packaged snippet: logrotate takes it, moves the file, and tells the agent to open another', {
  skip: existsSync(program) ? false : 'needs logrotate(8)',
}, () => {
  const [alerts, config, told] = ['alerts.json', 'config', 'told'].map((name) => join(folder, name));
  const ours = snippet
    .replace('/var/log/saker/alerts.json', alerts!)
    .replace(/systemctl kill (.*) saker\.service/, `echo $1 >${told}`);
  assert.ok(ours.includes(told!), 'it sends no signal');
  writeFileSync(config!, ours, { mode: 0o644 });
  writeFileSync(alerts!, '{}\n', { mode: 0o640 });
  const { status, stderr } = spawnSync(program, ['--force', '--state', join(folder, 'state'), config!], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(readFileSync(`${alerts}.1`, 'utf8'), '{}\n');
  assert.equal(existsSync(alerts!), false, 'the agent makes the new one, with its own mode');
  assert.match(readFileSync(told!, 'utf8'), /--signal=USR1/);
});
