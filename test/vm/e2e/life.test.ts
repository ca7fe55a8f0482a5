import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';
import { builtPackages } from '../job.ts';

/** The installed service when things go wrong: updates, bad starts, crashes, floods, a thread that hangs. */

const here = (name: string): string => join(import.meta.dirname, 'life', name);
const work = mkdtempSync(join(tmpdir(), 'saker-life-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];

/** Of the guest's script. */
const WATCHDOG_S = 20;

/** The built package with a higher version. */
function makeNewer(target: string): void {
  const tree = join(work, 'newer');
  execFileSync('dpkg-deb', ['-R', builtPackages()[0]!, tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: (.*)$/m, 'Version: $1+newer'));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '-b', tree, target]);
  rmSync(tree, { recursive: true });
}

describe('the life of the service', { timeout: 900_000 }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const unit = (name: string): Record<string, string> =>
    Object.fromEntries(
      file(name)
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );

  before(async () => {
    makeNewer(join(inDir, 'newer.deb'));
    for (const program of ['flood', 'hold'])
      execFileSync('gcc', ['-O2', '-static', '-Wall', '-o', join(inDir, program), here(`${program}.c`)]);
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      inDirs: [inDir, here('')],
      outDir: out,
      command: 'bash /in/guest-script',
      timeoutS: 800,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('an update keeps the configuration and restarts the service once', () => {
    assert.equal(file('update.code').trim(), '0', file('update.log'));
    assert.match(file('update-version'), /\+newer$/m);
    assert.equal(file('update-config').trim(), '# changed by the administrator');
    assert.equal(unit('update-after').ActiveState, 'active');
    assert.equal(unit('update-after').NRestarts, '0');
    assert.notEqual(unit('update-after').InvocationID, unit('update-before').InvocationID);
    assert.match(file('alerts.json'), /after-update \/etc\/shadow/);
  });

  test('bad rules at the start: systemctl fails, the unit is failed and stays so, the journal says what is wrong', () => {
    assert.notEqual(file('bad-start.code').trim(), '0');
    const { ActiveState, Result, ExecMainStatus, NRestarts } = unit('bad-start');
    assert.deepEqual([ActiveState, Result, ExecMainStatus, NRestarts], ['failed', 'exit-code', '1', '0']);
    assert.match(file('bad-start.journal'), /\/etc\/saker\/rules\.d\/broken\.yaml:\d+/);
  });

  test('an agent that is killed is started again', () => {
    assert.equal(unit('crash-after').NRestarts, '1');
    assert.notEqual(unit('crash-after').InvocationID, unit('crash-before').InvocationID);
    assert.match(file('alerts.json'), /after-crash \/etc\/shadow/);
  });

  test('a flood longer than the watchdog waits: the agent is not ended, says how far it is behind, and catches up', () => {
    assert.equal(
      unit('flood-after').InvocationID,
      unit('flood-before').InvocationID,
      `the same run\n${file('flood.journal')}`,
    );
    const journal = file('flood.journal');
    const behind = [...journal.matchAll(/saker is behind by (\d+\.\d) s/g)].map(([, s]) => Number(s));
    assert.ok(
      Math.max(...behind) > WATCHDOG_S,
      `behind by ${behind.join(', ')} s: the watchdog was never in question`,
    );
    assert.match(journal, /busy: no canary for \d+ s, it waits behind other events/);
    assert.match(journal, /saker has caught up after \d+\.\d s, by \d+\.\d s at worst; \d+ events were lost/);
    assert.doesNotMatch(journal, /saker is blind/);
    assert.match(file('flood-status'), /^backlog {2}\d+(\.\d)? s behind, the ring is \d+ % full$/m);
  });

  test('what a flood cost is counted and said, what found a place is judged', () => {
    const lost = /by \d+\.\d s at worst; (\d+) events were lost/.exec(file('flood.journal'))?.[1];
    assert.ok(Number(lost) > 0, 'the ring was never full');
    const { events } = JSON.parse(file('flood-after.json'));
    const opened = events.find(({ type }: { type: string }) => type === 'openat');
    assert.ok(opened.lost > 0);
    assert.match(file('alerts.json'), /during-backlog \/etc\/shadow/);
  });

  test('after the flood the canary is heard again', () => {
    const { canary, backlog } = JSON.parse(file('flood-later.json'));
    assert.ok(canary.heard_s_ago < WATCHDOG_S, JSON.stringify(canary));
    assert.ok(backlog.ring_percent < 88, JSON.stringify(backlog));
  });

  test('an engine that hangs is noticed: the watchdog ends the agent, systemd starts another', () => {
    assert.match(file('hang.journal'), /no event has come through for \d+ ms: saker is blind/);
    assert.match(file('hang.systemd'), /saker\.service: Watchdog timeout/);
    assert.equal(unit('hang-after').ActiveState, 'active');
    assert.notEqual(unit('hang-after').InvocationID, unit('hang-before').InvocationID);
    assert.match(file('alerts.json'), /after-hang \/etc\/shadow/);
  });

  test('the service stops cleanly', () => {
    assert.deepEqual([unit('end').ActiveState, unit('end').Result], ['inactive', 'success']);
  });
});
