import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mountAt, mountsOf } from '../../../src/host/mounts.ts';

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

/** The mount that each path lies on, and whether reading there can wait for somebody. */
const PATHS: readonly (readonly [path: string, id: number, isLocal: boolean])[] = [
  ['/usr/bin/ls', 22, true],
  ['/srvx/bin', 22, true],
  ['/home/alice/remote/run', 23, false],
  ['/home/alice/remote', 23, false],
  ['/srv/bin/tool', 24, false],
  ['/srv/local/tool', 26, true],
  ['/with blank\ttab/x', 25, true],
  ['/auto/x', 27, false],
  ['/over/x', 29, false],
];

test('the mount of a path, by its text', () => {
  const mounts = mountsOf(7, proc);
  assert.equal(mounts.length, 8);
  for (const [path, id, isLocal] of PATHS) {
    const mount = mountAt(mounts, path);
    assert.deepEqual([mount?.id, mount?.isLocal], [id, isLocal], path);
  }
});

test('this process has mounts, a process that is gone has none', () => {
  assert.ok(mountAt(mountsOf('self'), '/proc/1/exe'));
  assert.deepEqual(mountsOf(0x7ffffff0), []);
});
