import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';
import { builtPackages } from '../job.ts';

/** The installed service when things go wrong: updates, bad starts, crashes, floods, a thread that hangs. */

const here = (name: string): string => join(import.meta.dirname, 'life', name);
const work = mkdtempSync(join(tmpdir(), 'saker-life-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];

interface Alert {
  rule: string;
  priority: string;
  output: string;
  output_fields: Record<string, unknown>;
}

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

describe('the life of the service', { timeout: 1_200_000 }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const unit = (name: string): Record<string, string> =>
    Object.fromEntries(
      file(name)
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );

  const alerts = (rule: string): Alert[] =>
    file('alerts.json')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Alert => JSON.parse(line))
      .filter((alert) => alert.rule === rule);

  before(async () => {
    makeNewer(join(inDir, 'newer.deb'));
    copyFileSync(builtPackages()[0]!, join(inDir, 'older.deb'));
    for (const program of ['flood', 'hold', 'blind'])
      execFileSync('gcc', ['-O2', '-static', '-Wall', '-o', join(inDir, program), here(`${program}.c`)]);
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      inDirs: [inDir, here('')],
      outDir: out,
      command: 'bash /in/guest-script',
      timeoutS: 1100,
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

  test('the update tells for how long nobody watched, and who stopped the agent', (t) => {
    const [gap] = alerts('Saker internal: not watching');
    assert.ok(gap, file('alerts.json'));
    const ms = gap.output_fields['gap.ms'];
    const at = (what: string): number => Number(unit('update-times')[`${what}TimestampMonotonic`]) / 1000;
    const stopMs = at('InactiveEnter') - at('ActiveExit');
    const startMs = at('ActiveEnter') - at('InactiveEnter');
    t.diagnostic(
      `gap of the update: ${ms} ms under load (stop ${Math.round(stopMs)} ms, then start until READY ${Math.round(startMs)} ms); ${file('exposure').trim()}`,
    );
    assert.ok(typeof ms === 'number' && ms > 0, gap.output);
    assert.deepEqual([gap.priority, gap.output_fields['gap.announced']], ['Notice', true]);
    const [stop] = alerts('Saker internal: agent stops');
    const who = /SIGTERM from process 1 \(.*\), asked by process \d+ \(systemctl .*saker\.service; uid 0/;
    assert.match(stop?.output ?? '', who);
    assert.match(gap.output, who);
    assert.match(file('alerts.json'), /files of the agent changed: .*changed \/usr\/bin\/saker/);
  });

  test('local rules stay in force, and after a downgrade as well', () => {
    assert.match(file('alerts.json'), /local head/);
    assert.equal(file('downgrade.code').trim(), '0', file('downgrade.log'));
    assert.doesNotMatch(file('downgrade-version'), /\+newer/);
    assert.equal(unit('downgrade-after').ActiveState, 'active');
    assert.match(file('alerts.json'), /after-downgrade \/etc\/shadow/);
  });

  test("an update whose start fails is an update: it says so, and all that is the user's stays as it was", () => {
    assert.equal(file('broken.code').trim(), '0', file('broken.log'));
    assert.match(file('broken.log'), /the service did not start; 'journalctl -u saker' says why/);
    assert.equal(unit('broken').ActiveState, 'failed');
    assert.match(file('broken-kept'), /^install ok installed .*\+newer\n# changed again\n- rule: \[\n$/);
    assert.equal(unit('mended').ActiveState, 'active');
  });

  test('the unit is as hardened as it says', () => {
    const score = Number(/: (\d+\.\d)/.exec(file('exposure'))?.[1]);
    assert.ok(score <= 3, file('exposure'));
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
    const gaps = alerts('Saker internal: not watching').filter(({ priority }) => priority === 'Critical');
    assert.match(gaps[0]?.output ?? '', /ended by: (core-dump dumped|signal killed) SEGV$/);
    const ms = gaps[0]?.output_fields['gap.ms'];
    assert.ok(typeof ms === 'number' && ms >= 5000, 'the pause before a restart is in it');
  });

  test('a drop-in of an intruder is told; switches that somebody turned off too, and the agent starts anew', () => {
    assert.match(
      file('alerts.json'),
      /files of the agent changed: added \/etc\/systemd\/system\/saker\.service\.d/,
    );
    assert.equal(file('blind').trim(), '1 maps');
    const [told] = alerts('Saker internal: probes tampered with');
    assert.deepEqual(
      [told?.priority, told?.output_fields['probes.tampered']],
      ['Critical', ['map .data.enabled']],
    );
    assert.equal(unit('blind-after').NRestarts, '2');
    assert.match(file('alerts.json'), /after-blind \/etc\/shadow/);
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
    const { starts, end, unobservedMs, losses } = JSON.parse(file('run.json'));
    assert.match(end.reason, /^SIGTERM from process 1 /);
    const gaps = alerts('Saker internal: not watching').map((gap) => Number(gap.output_fields['gap.ms']));
    assert.equal(starts, gaps.length + 1, 'each start but the first told of a gap');
    assert.equal(
      unobservedMs,
      gaps.reduce((sum, ms) => sum + ms, 0),
    );
    assert.ok(
      losses.some(({ name }: { name: string }) => name === 'openat'),
      'what the flood cost outlives the restarts after it',
    );
  });

  test("remove keeps what is the user's, also for the package that comes again; purge keeps nothing", () => {
    assert.deepEqual(file('after-remove').trim().split('\n'), [
      '/etc/saker/rules.d/local.yaml',
      '/etc/saker/saker.yaml',
      '/var/lib/saker/run.json',
    ]);
    assert.equal(file('reinstall.code').trim(), '0', file('reinstall.log'));
    assert.equal(file('reinstall-config').trim(), '# changed by the administrator');
    assert.equal(unit('reinstall-after').ActiveState, 'active');
    assert.match(file('alerts-reinstall.json'), /after-reinstall \/etc\/shadow/);
    assert.equal(file('after-purge').trim(), '');
    assert.equal(file('afresh.code').trim(), '0', file('afresh.log'));
    assert.equal(unit('afresh').ActiveState, 'active');
    assert.doesNotMatch(file('alerts-afresh.json'), /not watching/);
  });
});
