import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeDataDisk } from '../data-disk.ts';
import { type GuestJob, runInGuest } from '../guest.ts';
import { strippedNode } from '../stage.ts';

/**
 * The agent spools for a server that is away, on a disk with a write cache, and the machine loses its power at a random
 * moment; again on the same disk; at last the server is there. Everything of which the kernel had said that it is on the
 * disk must arrive, in order and whole.
 */

const CUTS = Number(process.env.SAKER_POWER_CUTS ?? 0);
const skip = CUTS > 0 ? false : 'needs time: SAKER_POWER_CUTS=3';
/** A sync comes every second: some of them, and any part of one. */
const LONGEST_MS = 6000;

const work = mkdtempSync(join(tmpdir(), 'saker-power-cut-'));
const [inDir, out, dataDisk] = [mkdtempSync(join(work, 'in-')), join(work, 'out'), join(work, 'data')];

/** Runs to its end, or until so many ms after the output first says when the power goes. */
async function boot(job: Partial<GuestJob>, cutAfterMs?: (output: string) => number | null): Promise<string> {
  const cut = new AbortController();
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  const onOutput = (chunk: Buffer): void => {
    output += chunk;
    const ms = timer === undefined ? cutAfterMs?.(output) : null;
    if (ms != null) timer = setTimeout(() => cut.abort(), ms);
  };
  const base = { kernel: '6.12', mini: true, dataDisk, timeoutS: 500, command: '', onOutput } as const;
  const result = await runInGuest({ ...base, ...job, signal: cut.signal });
  clearTimeout(timer);
  if (!cut.signal.aborted)
    assert.equal(result.code, 0, `${result.failure ?? ''}\n${output}\n${result.console.slice(-3000)}`);
  return output;
}

/** Numbers that whole lines of the output tell. */
function told(output: string, word: string): number[] {
  return [...output.matchAll(new RegExp(`^${word} (\\d+)\\r?\\n`, 'gm'))].map((match) => Number(match[1]));
}

describe('power cuts', { timeout: 1_800_000, skip }, () => {
  before(() => {
    const receiver = readFileSync(join(import.meta.dirname, 'outputs', 'receiver.ts'), 'utf8');
    writeFileSync(join(inDir, 'receiver.mjs'), stripTypeScriptTypes(receiver));
    copyFileSync(strippedNode(), join(inDir, 'node'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('the disk of these tests forgets what was written and not flushed, and nothing else', async () => {
    makeDataDisk(dataDisk, 64);
    const write = (letter: string, at: number, how: string): string =>
      `yes ${letter} | dd of=$d bs=4k count=1 seek=${at} oflag=direct iflag=fullblock ${how} status=none;`;
    const read = (at: number): string =>
      `dd if=$d bs=4k count=1 skip=${at} iflag=direct status=none | head -c 1;`;
    const command = `d=$(guest-disk data); ${write('F', 10240, 'conv=fsync')} ${write('U', 12288, '')}`;
    const written = await boot(
      { command: `${command} ${read(10240)}${read(12288)}echo; sleep 60` },
      (output) => (output.includes('\n') ? 0 : null),
    );
    assert.equal(written.trim(), 'FU');
    const left = await boot({ command: `d=$(guest-disk data); (${read(10240)}${read(12288)}) | tr '\\0' -` });
    assert.equal(left, 'F-');
  });

  test(`${CUTS} at random moments: what was synced arrives, whole and in order`, async (t) => {
    makeDataDisk(dataDisk, 64);
    const job = { install: true, inDirs: [inDir, join(import.meta.dirname, 'power-cut')] };
    let durable = 0;
    for (let round = 0; round < CUTS; round++) {
      const cutMs = Math.random() * LONGEST_MS;
      const output = await boot({ ...job, command: `bash guest-script write ${round}` }, (text) =>
        (told(text, 'durable').at(-1) ?? 0) > durable ? cutMs : null,
      );
      const [found = -1] = told(output, 'before');
      assert.ok(found >= durable, `${durable} were on the disk, ${found} are found`);
      durable = told(output, 'durable').at(-1)!;
      t.diagnostic(`cut ${cutMs.toFixed(0)} ms after the first sync: ${found} found, ${durable} synced`);
    }
    await boot({ ...job, outDir: out, command: 'bash guest-script deliver' });
    const bodies = readFileSync(join(out, 'requests.jsonl'), 'utf8').split('\n').slice(0, -1);
    const first = [...new Set(bodies.map((line) => JSON.parse(line).body as string))];
    t.diagnostic(`${durable} synced, ${first.length} arrived, ${bodies.length - first.length} of them twice`);
    assert.ok(first.length >= durable);
    const alerts = first.map((body) => JSON.parse(body)).filter((alert) => alert.rule === 'Numbered');
    const names: string[] = alerts.map((alert) => alert.output_fields['fd.name']);
    assert.ok(names.length > 0);
    const written = alerts.map((alert) => / made (\S+)/.exec(alert.output)?.[1]);
    assert.deepEqual(written, names);
    const ofRound = (round: number) => names.filter((name) => name.startsWith(`/tmp/numbered/${round}-`));
    const expected = Array.from({ length: CUTS }, (_, round) =>
      ofRound(round).map((_, n) => `/tmp/numbered/${round}-${n}`),
    );
    assert.deepEqual(names, expected.flat());
  });
});
