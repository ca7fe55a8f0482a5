import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Spool } from '../../../../src/delivery/spool/spool.ts';
import { killAgain } from '../../../bench/delivery/kill.ts';

// Each round starts a process; the figure of a hundred rounds is reached with SAKER_KILL_ROUNDS=100.
const ROUNDS = Number(process.env.SAKER_KILL_ROUNDS ?? 5);

/** Runs the writer and kills it after it told of some appends; the last number it told. */
async function writeUntilKilled(folder: string, from: number, appends: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-writer.ts'), folder, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    told += text;
    if (told.split('\n').length > appends) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL');
  return Number(told.split('\n').at(-2) ?? from - 1);
}

test(`killed at ${ROUNDS} moments: nothing that was spooled is lost, nothing is damaged, order is kept`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-kill-'));
  let next = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const appends = 1 + Math.floor(Math.random() * 60);
    const safe = await writeUntilKilled(folder, next, appends);
    const spool = await Spool.open({ folder, maxBytes: 64 << 20, maxAgeMs: 0, syncMs: 1000 });
    const seen: number[] = [];
    for (let records = await spool.read(); records.length > 0; records = await spool.read()) {
      for (const { payload } of records) {
        const [first, filler, last] = Buffer.from(payload).toString().split(' ');
        assert.equal(first, last);
        assert.match(filler!, /^x*$/);
        seen.push(Number(first));
      }
      await spool.acknowledge(records.at(-1)!.sequence);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: seen.length }, (_, i) => next + i),
    );
    assert.ok(seen.at(-1)! >= safe, `${seen.at(-1)} arrived last, ${safe} was safe`);
    assert.equal(spool.lost.damage, 0);
    next = seen.at(-1)! + 1;
    await spool.close();
  }
  rmSync(folder, { recursive: true });
});

test(`an HTTP output killed at ${ROUNDS + 1} moments, writing and delivering: nothing lost or damaged, in order`, async () => {
  const { kills, spooled, lost, damaged, ordered } = await killAgain(ROUNDS + 1);
  assert.deepEqual(
    { kills, lost, damaged, ordered },
    { kills: ROUNDS + 1, lost: 0, damaged: 0, ordered: true },
  );
  assert.ok(spooled > 0);
});
