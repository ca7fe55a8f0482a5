import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInGuest } from '../guest.ts';

/** Outputs of the installed agent: servers that are away, kill -9 meanwhile, servers that return. */

const work = mkdtempSync(join(tmpdir(), 'saker-outputs-'));
const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];

describe('outputs in a guest', { timeout: 600_000 }, () => {
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const lines = (name: string): string[] => file(name).split('\n').slice(0, -1);
  const ATTACKS = Array.from({ length: 30 }, (_, i) => `tail -n ${i + 1} /etc/shadow`);
  /** In the order in which they came first: at least once allows for twice. */
  const attacksIn = (text: string): string[] => [...new Set(text.match(/tail -n \d+ \/etc\/shadow/g) ?? [])];

  before(async () => {
    copyFileSync(process.execPath, join(inDir, 'node'));
    const { code, failure, stdout, console } = await runInGuest({
      kernel: '6.1',
      install: true,
      mini: true,
      inDirs: [inDir, join(import.meta.dirname, 'outputs')],
      outDir: out,
      command: 'bash /in/guest-script',
      timeoutS: 570,
    });
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  const requests = (path: string) =>
    lines('requests.jsonl')
      .map((line) => JSON.parse(line))
      .filter((request) => request.path === path);

  test('HTTP: every alert arrives in order, also those before the kill, with the token of the credential', () => {
    const sent = requests('/falco');
    assert.deepEqual(attacksIn(sent.map((r) => r.body).join('\n')), ATTACKS);
    assert.deepEqual([...new Set(sent.map((r) => r.authorization))], ['Bearer t0ken']);
  });

  test('a target: every alert by its template', () => {
    const sent = requests('/hook').map((r) => JSON.parse(r.body).text);
    assert.deepEqual(attacksIn(sent.join('\n')), ATTACKS);
    assert.ok(
      sent.every((text: string) => text.startsWith('Credential file read by an untrusted program: ')),
    );
  });

  test('syslog over TCP: every alert, counted in octets', () => {
    assert.deepEqual(attacksIn(file('syslog')), ATTACKS);
    assert.match(file('syslog'), /^\d+ <12>1 20\d\d-/);
  });

  test('a program gets each as a JSON line', () => {
    assert.deepEqual(
      attacksIn(
        lines('program.jsonl')
          .map((l) => JSON.parse(l).output)
          .join('\n'),
      ),
      ATTACKS,
    );
  });

  test('the log says what was away and what came back, and never the token', () => {
    assert.match(file('journal'), /output http: nobody listens there \(ECONNREFUSED\)/);
    for (const name of ['http', 'webhook', 'syslog'])
      assert.match(file('journal'), new RegExp(`output ${name} works again`));
    assert.doesNotMatch(file('journal'), /t0ken/);
  });

  test('the spool is empty at the end, and for root alone', () => {
    const state = lines('state');
    assert.deepEqual(
      state.filter((l) => /spool\/./.test(l) && l.startsWith('d')).sort(),
      ['http', 'syslog', 'webhook'].map((name) => `drwx------ spool/${name}`).sort(),
    );
    assert.deepEqual(
      state.filter((l) => l.endsWith('.seg')),
      [],
    );
  });
});
