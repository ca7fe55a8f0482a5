import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';

/** The service under saker-strict.conf and the AppArmor profile in force: it sees, writes and tells as without. */

const skip = process.env.SAKER_STRICT === '1' ? false : 'a guest of two minutes: wanted with SAKER_STRICT=1';
const work = mkdtempSync(join(tmpdir(), 'saker-strict-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];

describe('the strict sandbox', { skip, timeout: 600_000 }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');

  before(async () => {
    const profile = join(import.meta.dirname, '../../../packaging/apparmor/saker');
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    // As the guest's kernel would have it; the parser drops what it takes the kernel not to know, such as capability bpf.
    const kernel = '--kernel-features=/etc/apparmor.d/abi/3.0';
    execFileSync('apparmor_parser', ['-K', '-T', '-Q', kernel, '-o', join(inDir, 'saker.bin'), profile], {
      env,
    });
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      inDirs: [inDir, join(import.meta.dirname, 'strict')],
      outDir: out,
      command: 'bash /in/guest-script',
      append: 'apparmor=1',
      timeoutS: 500,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('the service runs under the profile, which is in force', (t) => {
    assert.equal(file('restart.code').trim(), '0', file('journal'));
    assert.equal(file('profile').replace(/\0/g, '').trim(), 'saker (enforce)');
    t.diagnostic(file('exposure').trim());
    assert.ok(Number(/: (\d+\.\d)/.exec(file('exposure'))?.[1]) <= 2, file('exposure'));
  });

  test('an attack is seen, and told by the file and by a program', () => {
    assert.deepEqual(file('seen').trim().split('\n'), [
      '/var/log/saker/alerts.json',
      '/var/lib/saker/program.jsonl',
    ]);
  });

  test('every event has its own hook, nothing was refused to the agent, and it stops cleanly', () => {
    const { events, outputs } = JSON.parse(file('status.json'));
    assert.deepEqual(
      events.filter(({ tier }: { tier: string }) => tier === 'none'),
      [],
    );
    for (const { name, error } of outputs) assert.equal(error, null, name);
    assert.equal(file('denied'), '');
    assert.match(file('end'), /ActiveState=inactive\n/);
    assert.match(file('end'), /Result=success\n/);
  });
});
