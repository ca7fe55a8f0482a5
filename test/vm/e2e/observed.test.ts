import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';

/** The installed service as its operators see it: web pages, snapshots, commands; noise control and a reload between. */

const RULE = 'Credential file read by an untrusted program';
const SECRET = 's3cret-of-the-hook';

interface Alert {
  readonly rule: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, string | number | boolean | null>>;
}

describe('the service as its operators see it', { timeout: 600_000 }, () => {
  const out = mkdtempSync(join(tmpdir(), 'saker-observed-'));
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const objects = (name: string) =>
    file(name)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const alerts = (name: string, rule: string): Alert[] => objects(name).filter((one) => one.rule === rule);
  const value = (metric: RegExp): number =>
    Number(new RegExp(`^${metric.source} (\\d+)$`, 'm').exec(file('metrics'))?.[1]);

  before(async () => {
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.12',
      install: true,
      inDirs: [join(import.meta.dirname, 'observed')],
      outDir: out,
      command: 'bash /in/guest-script',
      timeoutS: 500,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  test('health, versions and metrics, on loopback alone although another address is configured', () => {
    assert.match(file('healthz'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"status":"ok"\}\n$/);
    assert.match(file('versions'), /"saker_version":"\d/);
    assert.match(file('nothing'), /^HTTP\/1\.1 404 /);
    assert.equal(file('listening'), '0100007F:223D\n');
  });

  test('metrics and snapshots count what noise control held back as matches', () => {
    assert.ok(
      value(new RegExp(`falcosecurity_falco_rules_matches_total\\{[^}]*rule_name="${RULE}".*\\}`)) >= 201,
    );
    const last = objects('metrics.jsonl').at(-1).output_fields;
    assert.ok(last['falco.rules.matches_total'] >= 201, JSON.stringify(last));
    assert.equal(last['falco.outputs_queue_num_drops'], 0);
    // The first may be from before the first canary.
    const snapshot = alerts('alerts.json', 'Falco internal: metrics snapshot').at(-1);
    assert.equal(snapshot?.output_fields['saker.healthy'], true);
  });

  test('a repeat is told once, with its number; what is something else is told at once', () => {
    const found = [...alerts('alerts.json', RULE), ...alerts('other.json', RULE)];
    const cats = found.filter((one) => one.output_fields['proc.cmdline'] === 'cat /etc/shadow');
    const told = cats.reduce((sum, one) => sum + Number(one.output_fields['alert.repeated'] ?? 1), 0);
    assert.equal(told, 200, 'each is told, alone or in a number');
    assert.ok(cats.length < 10, `${cats.length} alerts`);
    const tails = found.filter((one) => one.output_fields['proc.cmdline'] === 'tail -n 1 /etc/shadow');
    assert.equal(tails.length, 1);
  });

  test('data is kept up to the snaplen of the configuration', () => {
    const fields = alerts('alerts.json', 'Data written').map((one) => one.output_fields);
    assert.deepEqual(
      fields.map((one) => [one['evt.buffer'], one['evt.buflen']]),
      [['A'.repeat(200), 300]],
    );
  });

  test('what libbpf says is in the log when it is wished', () => {
    assert.match(file('journal'), /^libbpf: .*open_uring_file/m);
  });

  test('the commands answer', () => {
    for (const name of ['status', 'top', 'alerts', 'alerts-journal', 'support'])
      assert.deepEqual([name, file(`${name}.code`).trim(), file(`${name}.err`)], [name, '0', '']);
    assert.match(file('status'), /^openat +fexit /m);
    assert.match(file('top'), new RegExp(`^${RULE.slice(0, 30)}`, 'm'));
    assert.match(file('alerts'), /Warning +Credential file read .*cat \/etc\/shadow/);
    // The output that nobody answers for is a failure.
    assert.equal(file('doctor.code').trim(), '1', file('doctor'));
    assert.match(file('doctor'), /^fail +outputs +http fails: .*ECONNREFUSED/m);
    const support = JSON.parse(file('support'));
    assert.equal(support.status.ready, true);
    assert.ok(support.log.length > 0);
  });

  test('what an ordinary user wrote into the journal is no alert', () => {
    assert.match(file('forged.json'), /"SAKER_RULE":"Forged"/, 'it was there');
    assert.match(file('alerts-journal'), /cat \/etc\/shadow/);
    assert.doesNotMatch(file('alerts-journal'), /forged/i);
  });

  test('a reload changes the outputs in the same process', () => {
    assert.equal(file('pid').trim(), 'same');
    assert.match(file('journal'), /^output file was changed$/m);
    assert.match(file('journal'), /^output http was closed: \d+ alerts for it stay in its spool$/m);
    assert.match(file('other.json'), /head -n 1 \/etc\/shadow/);
    const { outputs } = JSON.parse(file('status-reloaded.json'));
    assert.deepEqual(outputs.map(({ name }: { name: string }) => name).sort(), ['file', 'journal']);
    for (const { dropped, refused } of outputs) assert.deepEqual([dropped, refused], [0, 0]);
  });

  test('the secret of an output is nowhere', () => {
    for (const name of [
      'status',
      'top',
      'doctor',
      'support',
      'metrics',
      'journal',
      'metrics.jsonl',
      'alerts.json',
    ])
      assert.ok(!file(name).includes(SECRET), name);
  });
});
