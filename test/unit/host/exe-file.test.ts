import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  closeExe,
  type FileIdentity,
  identityOf,
  openInRoot,
  openRunning,
} from '../../../src/host/exe-file.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'saker-exe-')));
after(() => rmSync(folder, { recursive: true }));

/** What this very process executes. */
function own(): FileIdentity {
  const file = openRunning(process.pid, null)!;
  closeExe(file);
  return identityOf(file);
}

test('a file by its path, but not where the path leads over a link', () => {
  mkdirSync(join(folder, 'here'));
  const path = join(folder, 'here/program');
  copyFileSync('/usr/bin/sleep', path);
  const child = spawn(path, ['60']);
  try {
    const running = openRunning(child.pid!, null)!;
    closeExe(running);
    const found = openInRoot('self', path, identityOf(running));
    assert.ok(found);
    closeExe(found);
    assert.equal(openInRoot('self', path, own()), null, 'another file');
    renameSync(join(folder, 'here'), join(folder, 'there'));
    symlinkSync(join(folder, 'there'), join(folder, 'here'));
    assert.equal(openInRoot('self', path, identityOf(running)), null);
  } finally {
    child.kill('SIGKILL');
  }
});

/** Below an overlay may lie whatever its owner likes, FUSE included. */
const OVERLAY = `
  mount -t tmpfs t "$1" && cd "$1" && mkdir lower upper work merged && cp /usr/bin/sleep lower/program &&
  mount -t overlay o -o lowerdir=lower,upperdir=upper,workdir=work merged || exit 1
  echo in
  exec merged/program 60`;

test("an overlay in a user's own namespaces is not touched", async (t) => {
  const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', OVERLAY, 'sh', folder]);
  t.after(() => void child.kill('SIGKILL'));
  const mounted = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!mounted) return t.skip('needs overlays in user namespaces');
  // The program comes right after the message.
  while (!readlinkSync(`/proc/${child.pid}/exe`).endsWith('program')) await setTimeout(10);
  assert.equal(readlinkSync(`/proc/${child.pid}/exe`), join(folder, 'merged/program'));
  assert.equal(openRunning(child.pid!, null), null);
  assert.equal(openInRoot(child.pid!, join(folder, 'merged/program'), own()), null);
});
