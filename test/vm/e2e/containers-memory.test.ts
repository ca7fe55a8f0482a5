import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDriver } from './containers/run-driver.ts';

const KNOWN = 500;
const LIMIT_MIB = 20;
const skip = process.env.SAKER_CONTAINERS !== '1' && 'needs time: SAKER_CONTAINERS=1';

test(`${KNOWN} known containers take at most ${LIMIT_MIB} MiB of memory`, {
  timeout: 1_600_000,
  skip,
}, async (t) => {
  const job = {
    kernel: '6.1',
    driver: 'memory-driver.ts',
    added: ['crun'],
    install: true,
    timeoutS: 1500,
  } as const;
  const file = await runDriver({ ...job, args: [KNOWN] });
  const { known, beforeKb, afterKb } = JSON.parse(file('memory.json'));
  const mib = (afterKb - beforeKb) / 1024;
  t.diagnostic(`${known} known: ${mib.toFixed(1)} MiB above ${(beforeKb / 1024).toFixed(1)}`);
  assert.ok(known >= KNOWN);
  assert.ok(mib <= LIMIT_MIB, `${mib.toFixed(1)} MiB`);
});
