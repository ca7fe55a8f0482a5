// A program that the verifier refuses costs nothing but its tier, and is told.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { isBuilt } from '../stage.ts';
import { runScript, stageTiers } from './run-script.ts';

interface Report {
  readonly seen: string[];
  readonly tiers: { readonly tier: string; readonly reason: string | null }[];
  readonly dispatching: boolean;
  readonly notices: string[];
}

const skip = isBuilt ? false : 'needs build/bpf and build/native (npm run build)';

test('a program that the kernel refuses', { skip }, async () => {
  const staged = stageTiers();
  try {
    const { seen, tiers, dispatching, notices } = await runScript<Report>('6.12', staged, 'refused.js');
    assert.deepEqual(seen, ['mkdir', 'rmdir']);
    assert.deepEqual(
      tiers.map(({ tier }) => tier),
      ['tracepoint', 'fexit'],
    );
    assert.match(tiers[0]?.reason ?? '', /the kernel refused to load it/);
    assert.equal(dispatching, true);
    assert.match(
      notices[0] ?? '',
      /on_x64_sys_rmdir: the kernel refused to load it .*: rmdir comes by the tracepoint/,
    );
    assert.match(notices[1] ?? '', /every system call of this host pays for it: rmdir$/);
    assert.equal(notices.length, 2);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
});
