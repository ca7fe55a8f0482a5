import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BacklogWatch } from '../../../src/agent/backlog.ts';
import { createLog } from '../../../src/agent/log.ts';

test('being behind is said at once, then every ten seconds, with what it cost; so is its end', () => {
  const lines: string[] = [];
  const watch = new BacklogWatch(createLog((line) => lines.push(line), 'Debug', true));
  const look = (nowS: number, behindS: number, waiting: number, lost: bigint): void =>
    watch.look(
      { written: 1000 + waiting, read: 1000, oldestNs: 1n, sizeBytes: 1000, behindMs: behindS * 1000 },
      [
        { type: 'openat', sent: 1n, lost, dropped: 0n },
        { type: 'execve', sent: 1n, lost: 1n, dropped: 0n },
      ],
      nowS * 1000,
    );
  look(1, 0, 0, 3n);
  look(2, 1.9, 500, 3n);
  assert.deepEqual(lines, []);
  look(3, 2.5, 875, 5n);
  look(4, 6, 880, 9n);
  look(13, 4, 600, 12n);
  look(14, 0.1, 10, 12n);
  look(15, 0, 0, 12n);
  assert.deepEqual(lines, [
    '<4>saker is behind by 2.5 s, alerts come late: the ring is 88 % full, 2 events lost\n',
    '<4>saker is behind by 4.0 s, alerts come late: the ring is 60 % full, 9 events lost\n',
    '<5>saker has caught up after 13.5 s, by 6.0 s at worst; 9 events were lost\n',
  ]);
});
