import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';
import { makeRepositories } from './repositories/make.ts';

/**
 * The whole life of the rpm in a running system (install.test.ts has its function): dnf takes it from a signed yum
 * repository, its scriptlets talk to the real systemd, the agent watches; updates and removal. The system is Debian's with
 * Debian's dnf, since no other distribution's packages can be had where this runs; what RHEL's would have registered in
 * the rpm database a package of the test registers.
 */

const work = mkdtempSync(join(tmpdir(), 'saker-dnf-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];
const skip = process.env.SAKER_DNF === '1' ? false : 'a guest of four minutes: wanted with SAKER_DNF=1';

describe('the rpm in a running system', { skip, timeout: 600_000 }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const unit = (name: string): Record<string, string> =>
    Object.fromEntries(
      file(name)
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );

  before(async () => {
    makeRepositories('dnf', inDir);
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      inDirs: [inDir, join(import.meta.dirname, 'repositories')],
      outDir: out,
      command: 'bash /in/dnf-script',
      timeoutS: 500,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('dnf installs agent and rules with checked signatures; the agent watches at once', (t) => {
    assert.equal(file('install.code').trim(), '0', file('install.log'));
    assert.match(file('install.log'), /Importing GPG key 0x[0-9A-F]+/);
    assert.match(file('signatures'), /^saker .*RSA\/SHA\d+/m);
    assert.deepEqual(
      [unit('unit-at-start').ActiveState, unit('unit-at-start').NRestarts],
      ['active', '0'],
      file('journal.txt'),
    );
    assert.equal(file('enabled').trim(), 'enabled');
    assert.match(file('alerts.json'), /after-install \/etc\/shadow/);
    assert.equal(file('verify'), '', 'rpm -V finds every file as it was packed');
    t.diagnostic(
      `dnf install in this guest: ${file('install-s').trim()} s, update ${file('update-s').trim()} s`,
    );
  });

  test('newer rules alone are in force at once, in the same run of the agent', () => {
    assert.equal(file('rules.code').trim(), '0', file('rules.log'));
    assert.match(file('alerts.json'), /Newer: \/etc\/hostname/);
    assert.equal(unit('rules-after').InvocationID, unit('update-before').InvocationID);
  });

  test('an update keeps the configuration and restarts the service once', () => {
    assert.equal(file('update.code').trim(), '0', file('update.log'));
    assert.deepEqual(file('update-versions').match(/99\.0\.0/g)?.length, 2);
    assert.equal(file('update-config').trim(), '# changed by the administrator');
    const { ActiveState, NRestarts, InvocationID } = unit('update-after');
    assert.deepEqual([ActiveState, NRestarts], ['active', '0']);
    assert.notEqual(InvocationID, unit('update-before').InvocationID);
    assert.match(file('alerts.json'), /after-update \/etc\/shadow/);
    const gaps = file('alerts.json').match(/Saker internal: not watching/g) ?? [];
    assert.ok(gaps.length > 0, file('alerts.json'));
  });

  test("removal stops and disables the service, and leaves what is the user's", () => {
    assert.equal(file('remove.code').trim(), '0', file('remove.log'));
    assert.deepEqual([unit('removed').ActiveState, unit('removed').UnitFileState], ['inactive', '']);
    const left = file('left').trim().split('\n');
    assert.deepEqual(left, [
      'd /etc/saker',
      'd /var/lib/saker',
      'd /var/log/saker',
      'f /etc/saker/saker.yaml.rpmsave',
      'f /var/lib/saker/ended',
      'f /var/lib/saker/run.json',
      'f /var/log/saker/alerts.json',
    ]);
  });
});
