import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCertificates } from '../../unit/delivery/certificates.ts';
import { runInGuest } from '../guest.ts';

/** The installed service in trouble: what it says of itself, what systemd does, and what is left in the kernel. */

const work = mkdtempSync(join(tmpdir(), 'saker-health-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];
const certificates = makeCertificates();
const skip = certificates === null ? 'needs openssl(1)' : false;

describe('the health of the service', { timeout: 900_000, skip }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const lines = (name: string): string[] => file(name).split('\n').slice(0, -1);
  const unit = (name: string): Record<string, string> =>
    Object.fromEntries(lines(name).map((line) => line.split('=')));
  /** Status and body of an answer of the web server. */
  const answer = (name: string) => {
    const [status, ...body] = lines(name);
    return { status, body: JSON.parse(body.join('\n')) };
  };
  const metric = (name: string, of: string): string | undefined =>
    lines(name)
      .find((line) => line.startsWith(`${of} `))
      ?.slice(of.length + 1);

  before(async () => {
    const { folder } = certificates!;
    for (const name of ['ca.pem', 'server.pem', 'server.key'])
      copyFileSync(join(folder, name), join(inDir, name));
    copyFileSync(process.execPath, join(inDir, 'node'));
    for (const source of ['health/end-thread', 'health/bpf-objects', 'life/hold'])
      execFileSync('gcc', [
        ...['-O2', '-static', '-Wall', '-o', join(inDir, source.split('/')[1]!)],
        join(import.meta.dirname, `${source}.c`),
      ]);
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      inDirs: [inDir, join(import.meta.dirname, 'health')],
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

  test('over TLS, on every address: health, version and metrics', () => {
    assert.deepEqual(answer('healthz-good'), { status: '200', body: { status: 'ok' } });
    assert.match(answer('versions').body.saker_version, /^\d+\.\d+\.\d+/);
    assert.equal(metric('metrics-good', 'saker_healthy'), '1');
    assert.match(file('listens'), /0\.0\.0\.0:8765/);
  });

  test('an engine that hangs turns /healthz red; it is green again when the engine goes on', () => {
    const { status, body } = answer('healthz-hang');
    assert.deepEqual([status, body.status], ['503', 'unhealthy']);
    assert.match(body.reasons.join(), /no canary event has come through for \d+ s/);
    assert.equal(metric('metrics-hang', 'saker_healthy'), '0');
    assert.equal(metric('metrics-hang', 'saker_engine_answers'), '0');
    assert.match(file('hang.journal'), /saker is blind/);
    assert.match(file('alerts.json'), /after-hang \/etc\/shadow/);
  });

  test('programs that the kernel does not call any more turn it red too, though all threads are well', () => {
    assert.equal(file('ftrace'), '0\n');
    const { status, body } = answer('healthz-blind');
    assert.equal(status, '503');
    assert.match(body.reasons.join(), /saker is blind/);
    assert.match(file('blind.journal'), /no event has come through for \d+ ms: saker is blind/);
    assert.match(file('alerts.json'), /after-blind \/etc\/shadow/);
  });

  test('what passes is no reason for a restart', () => {
    assert.equal(unit('last-of-first').InvocationID, unit('first').InvocationID);
  });

  test('an engine thread that dies without a word: the log says it, systemd starts another agent', () => {
    assert.equal(file('end-thread'), '');
    assert.match(file('thread.journal'), /no event has come through for \d+ ms: saker is blind/);
    assert.match(file('thread.systemd'), /saker\.service: Watchdog timeout/);
    assert.match(file('alerts.json'), /after-thread \/etc\/shadow/);
  });

  test('kill -9 leaves nothing in the kernel: no program, no map, no link, no pinned file', () => {
    const programs = lines('bpf-running').filter((line) => line.startsWith('program'));
    assert.ok(programs.length > 10, file('bpf-running'));
    assert.ok(lines('bpf-running').some((line) => line.startsWith('map ')));
    assert.equal(unit('killed').SubState, 'auto-restart', 'it was looked at too late');
    assert.deepEqual(lines('bpf-killed'), lines('bpf-stopped'));
    assert.equal(file('bpf-pins'), '');
  });

  test('eight crashes in a row do not keep it down', () => {
    const { ActiveState, NRestarts } = unit('crashes');
    assert.equal(ActiveState, 'active');
    assert.ok(Number(NRestarts) >= 8, file('crashes'));
    assert.match(file('alerts.json'), /after-crashes \/etc\/shadow/);
  });

  test('a full disk: one message, a metric, no red light, and all alerts once there is room', () => {
    assert.equal(answer('healthz-full').status, '200');
    assert.equal(metric('metrics-full', 'saker_output_failing{output="file"}'), '1');
    const told = lines('full.journal').filter((line) => line.startsWith('output file'));
    assert.equal(told.length, 2, told.join('\n'));
    assert.match(told[0]!, /alerts\.json: .*ENOSPC/);
    assert.match(told[1]!, /^output file works again/);
    assert.equal(unit('full-after').InvocationID, unit('full-before').InvocationID);
    const found = lines('alerts-full.json').map((line) => JSON.parse(line).output as string);
    const attacks = found.flatMap((text) => text.match(/full-\d (?=\/etc\/shadow)/g) ?? []);
    assert.deepEqual([...new Set(attacks)], ['full-1 ', 'full-2 ', 'full-3 ', 'full-4 ', 'full-5 ']);
  });
});
