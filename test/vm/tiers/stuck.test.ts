// Debian 12's own kernel waits for a container that cannot end whenever a trampoline is attached: saker goes on
// without, and says so.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { isBuilt } from '../stage.ts';
import { runScript, stageTiers } from './run-script.ts';

interface Report {
  readonly meanwhile: object;
  readonly reloaded: object;
  readonly released: object;
  readonly notices: string[];
}

const skip = isBuilt ? false : 'needs build/bpf and build/native (npm run build)';

test('a container that cannot end', { skip }, async () => {
  const staged = stageTiers();
  try {
    const { meanwhile, reloaded, released, notices } = await runScript<Report>('6.1', staged, 'stuck.js');
    assert.deepEqual(meanwhile, { removed: 1, tier: 'tracepoint', blocked: 'attach open_syscall' });
    assert.deepEqual(reloaded, { removed: 1, dispatching: true });
    assert.deepEqual(released, { removed: 1, tier: 'fexit', dispatching: false });
    assert.match(
      notices[0] ?? '',
      /the kernel does not attach open_syscall for now .* events come by the tracepoint/,
    );
    assert.match(notices[1] ?? '', /attach open_syscall: the kernel went on after \d+ s/);
    assert.equal(notices.length, 2);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
});
