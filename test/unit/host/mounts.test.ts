import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mountsOf } from '../../../src/host/mounts.ts';

const proc = mkdtempSync(join(tmpdir(), 'saker-mounts-'));
mkdirSync(join(proc, '7'));
after(() => rmSync(proc, { recursive: true }));

writeFileSync(
  join(proc, '7/mountinfo'),
  `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /home/alice/remote rw,nosuid - fuse.sshfs alice@host: rw
24 22 0:22 / /srv rw - nfs4 server:/srv rw
25 22 0:23 /sub /with\\040blank\\011tab rw master:1 - xfs /dev/sdb rw
26 24 0:24 / /srv/local rw - tmpfs tmpfs rw
27 22 0:25 / /auto rw - autofs systemd-1 rw
28 22 0:26 / /over rw - tmpfs tmpfs rw
29 28 0:27 / /over rw - fuse x rw
garbage
30 22 0:28 / /cut rw
`,
  'latin1',
);

/** Whether reading there can wait for somebody. */
const MOUNTS: readonly (readonly [id: number, device: string, point: string, isLocal: boolean])[] = [
  [22, '8:1', '/', true],
  [23, '0:21', '/home/alice/remote', false],
  [24, '0:22', '/srv', false],
  [25, '0:23', '/with blank\ttab', true],
  [26, '0:24', '/srv/local', true],
  [27, '0:25', '/auto', false],
  [28, '0:26', '/over', true],
  [29, '0:27', '/over', false],
];

test('the mounts of a process', () => {
  const found = mountsOf(7, proc).map(({ id, device, point, isLocal }) => [id, device, point, isLocal]);
  assert.deepEqual(found, MOUNTS);
});

test('this process has mounts, a process that is gone has none', () => {
  assert.ok(mountsOf('self').some(({ point }) => point === '/proc'));
  assert.deepEqual(mountsOf(0x7ffffff0), []);
});
