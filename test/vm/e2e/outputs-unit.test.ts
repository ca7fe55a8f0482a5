import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCertificates } from '../../unit/delivery/certificates.ts';
import { runInGuest } from '../guest.ts';

/** Every output as the installed service writes it, under its hardened unit, to what receives it in real life. */

const work = mkdtempSync(join(tmpdir(), 'saker-outputs-unit-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];
// rsyslog's TLS driver of the machine at hand, a Debian 12 as the guest.
const DRIVER = '/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so';
const certificates = makeCertificates();
const missing = certificates === null ? 'openssl(1)' : existsSync(DRIVER) ? null : 'rsyslog-openssl';
const skip = missing === null ? false : `needs ${missing}`;

describe('every output of the hardened service', { timeout: 900_000, skip }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const lines = (name: string): string[] => file(name).split('\n').slice(0, -1);
  const attacks = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => `tail -n ${from + i} /etc/shadow`);
  /** In the order in which they came first: at least once allows for twice. */
  const attacksIn = (text: string): string[] => [...new Set(text.match(/tail -n \d+ \/etc\/shadow/g) ?? [])];

  before(async () => {
    copyFileSync(process.execPath, join(inDir, 'node'));
    copyFileSync(join(import.meta.dirname, 'outputs/receiver.ts'), join(inDir, 'receiver.ts'));
    copyFileSync(DRIVER, join(inDir, 'lmnsd_ossl.so'));
    for (const name of readdirSync(certificates!.folder))
      copyFileSync(join(certificates!.folder, name), join(inDir, name));
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      inDirs: [inDir, join(import.meta.dirname, 'outputs-unit')],
      outDir: out,
      command: 'bash /in/guest-script',
      timeoutS: 800,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => {
    rmSync(work, { recursive: true, force: true });
    if (certificates !== null) rmSync(certificates.folder, { recursive: true });
  });

  test('one service all the time, as hardened as it ships', () => {
    assert.equal(file('pid'), 'same\n');
    for (const fact of ['NRestarts=0', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'PrivateTmp=yes'])
      assert.match(file('unit'), new RegExp(`^${fact}$`, 'm'));
  });

  test('file and program have all, in order', () => {
    const outputs = (name: string): string[] => lines(name).map((line) => JSON.parse(line).output);
    assert.deepEqual(attacksIn(outputs('program.jsonl').join('\n')), attacks(1, 25));
    const files = [...outputs('alerts.json'), ...outputs('other.json')];
    assert.deepEqual(attacksIn(files.join('\n')), attacks(1, 25));
  });

  test('HTTP with the token of a credential, a target with its address in one', () => {
    const all = lines('requests.jsonl').map((line) => JSON.parse(line));
    const http = all.filter(({ path }) => path === '/falco');
    assert.deepEqual(attacksIn(http.map(({ body }) => body).join('\n')), attacks(1, 25));
    assert.deepEqual([...new Set(http.map((one) => one.authorization))], ['Bearer t0ken']);
    const hook = all.filter(({ path }) => path === '/s3cret');
    assert.deepEqual(attacksIn(hook.map(({ body }) => body).join('\n')), attacks(1, 25));
  });

  test('syslog: TLS with certificates on both sides, then TCP, then the local socket', () => {
    assert.deepEqual(attacksIn(file('remote-tls')), attacks(1, 5));
    assert.deepEqual(attacksIn(file('remote-tcp')), attacks(6, 10));
    const alert = lines('remote-tls').find((line) => line.includes('tail -n 1 /etc/shadow'));
    assert.match(alert ?? '', /^warning\|[^|]+\|saker\|/);
    const local = lines('syslog').filter((line) => / saker\[\d+\]: .*tail -n 1[1-5] /.test(line));
    assert.deepEqual(attacksIn(local.join('\n')), attacks(11, 15));
  });

  test('the journal has native fields while it is an output', () => {
    // What the agent tells of its own files, which this test changes, is no finding of a rule.
    const entries = lines('journal-alerts.json')
      .map((line) => JSON.parse(line))
      .filter((entry) => !entry.SAKER_RULE.startsWith('Saker internal:'));
    assert.deepEqual(attacksIn(entries.map((entry) => entry.MESSAGE).join('\n')), attacks(1, 10));
    assert.ok(entries.every((entry) => entry.PRIORITY === '4' && entry.SYSLOG_IDENTIFIER === 'saker'));
    assert.ok(entries.every((entry) => entry.SAKER_FIELD_PROC_NAME === 'tail'));
  });

  test('nothing was lost, no output is in trouble, no secret is told', () => {
    const { outputs } = JSON.parse(file('status.json'));
    for (const { name, dropped, refused, error } of outputs)
      assert.deepEqual({ name, dropped, refused, error }, { name, dropped: 0, refused: 0, error: null });
    const names = outputs.map(({ name }: { name: string }) => name).sort();
    assert.deepEqual(names, ['file', 'http', 'program', 'syslog', 'webhook']);
    assert.doesNotMatch(file('journal') + file('status.json'), /t0ken|s3cret/);
    // That one stood still for some time is true of a slow machine, and no loss.
    assert.doesNotMatch(file('journal'), /^output \S+ lost|cannot be written/m);
  });

  test('changed files are taken without being asked, wrong ones refused, in the same run', () => {
    assert.equal(file('watched-after'), file('watched-before'));
    assert.equal(file('watched-refused'), 'fires\n');
    const journal = file('watched-journal');
    assert.match(journal, /second\.yaml:3/, 'file and line of what is wrong');
  });

  for (const how of ['silent', 'refused'])
    test(`stopped while what HTTP goes to is ${how}: in time, and what waited arrives after the next start`, (t) => {
      // That it arrived, in order, the test of HTTP says.
      assert.equal(file(`stop-${how}`), 'Result=success\nExecMainStatus=0\nActiveState=inactive\n');
      t.diagnostic(`systemctl stop: ${file(`stop-${how}.ms`).trim()} ms`);
    });

  test('what it wrote is for root and its group alone', () => {
    const open = lines('files').filter((line) => !/^.{7}---/.test(line));
    assert.deepEqual(open, []);
  });
});
