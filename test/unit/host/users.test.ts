import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserDatabase } from '../../../src/host/index.ts';

const root = mkdtempSync(join(tmpdir(), 'saker-users-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'etc'));
const passwd = join(root, 'etc/passwd');

test('the real account of this process', () => {
  const { uid, username, homedir, shell } = userInfo();
  assert.deepEqual(new UserDatabase().user(uid), { name: username, homedir, shell });
});

test('lines that are not accounts are passed over, the first of a uid counts', () => {
  writeFileSync(
    passwd,
    '# comment\n\nroot:x:0:0:r:/root:/bin/bash\ntoor:x:0:0::/t:/bin/sh\n+nis\nbad:x:-1:0\nx:x:99999999999:\nshort:x:5\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nadm:x:4:syslog,me\n');
  const users = new UserDatabase(root);
  assert.deepEqual(users.user(0), { name: 'root', homedir: '/root', shell: '/bin/bash' });
  assert.deepEqual(users.user(5), { name: 'short', homedir: '', shell: '' });
  assert.equal(users.user(4294967295), null);
  assert.equal(users.groupName(4), 'adm');
  assert.equal(users.groupName(5), null);
});

test('a changed file is read again after the check interval; a missing one keeps the old names', () => {
  let now = 0;
  writeFileSync(passwd, 'old:x:7:7::/:/x\n');
  const users = new UserDatabase(root, () => now);
  assert.equal(users.user(7)?.name, 'old');
  // Same size: only the times and the inode tell.
  writeFileSync(`${passwd}+`, 'new:x:7:7::/:/x\n');
  renameSync(`${passwd}+`, passwd);
  now = 999;
  assert.equal(users.user(7)?.name, 'old');
  now = 1000;
  assert.equal(users.user(7)?.name, 'new');
  rmSync(passwd);
  now = 2000;
  assert.equal(users.user(7)?.name, 'new');
  writeFileSync(passwd, 'back:x:7:7::/:/x\n');
  now = 3000;
  assert.equal(users.user(7)?.name, 'back');
});
