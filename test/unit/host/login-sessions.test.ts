import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LoginSessions } from '../../../src/host/index.ts';
import { parseSession } from '../../../src/host/login-sessions.ts';

const root = `${mkdtempSync(join(tmpdir(), 'saker-sessions-'))}/`;
const folder = join(root, 'run/systemd/sessions');
mkdirSync(folder, { recursive: true });
after(() => rmSync(root, { recursive: true }));

/** As systemd-logind 252 writes it. */
const SSH = `# This is private data. Do not parse.
UID=1000
USER=alice
ACTIVE=1
IS_DISPLAY=0
STATE=active
REMOTE=1
STOPPING=0
TYPE=tty
ORIGINAL_TYPE=tty
CLASS=user
SCOPE=session-3.scope
FIFO=/run/systemd/sessions/3.ref
TTY=pts/0
REMOTE_HOST=203.0.113.9
SERVICE=sshd
LEADER=812
AUDIT=3
REALTIME=1795363200000000
MONOTONIC=99999
`;

const parsed = (id: string, text: string) => parseSession(id, text);

/** As logind does it: a new file over the old one. */
function put(id: string, text: string): void {
  writeFileSync(join(folder, `.#${id}`), text);
  renameSync(join(folder, `.#${id}`), join(folder, id));
}

test('a session over SSH', () => {
  put('3', SSH);
  assert.deepEqual(new LoginSessions(root).get('3'), {
    id: '3',
    uid: 1000,
    user: 'alice',
    type: 'tty',
    class: 'user',
    service: 'sshd',
    tty: 'pts/0',
    remote: true,
    remoteHost: '203.0.113.9',
    remoteUser: null,
    audit: 3,
  });
});

test('what changes is seen after a while, what ended is remembered', () => {
  let now = 0;
  const sessions = new LoginSessions(root, () => now);
  put('4', SSH);
  assert.equal(sessions.get('4')?.type, 'tty');
  put('4', SSH.replace('TYPE=tty', 'TYPE=x11'));
  assert.equal(sessions.get('4')?.type, 'tty');
  now = 2000;
  assert.equal(sessions.get('4')?.type, 'x11');
  rmSync(join(folder, '4'));
  now = 4000;
  assert.equal(sessions.get('4')?.type, 'x11');
  assert.equal(sessions.get('5'), null);
  put('5', SSH);
  now = 6000;
  assert.equal(sessions.get('5')?.id, '5');
});

test('ids that are no ids, and files that are no files', () => {
  const sessions = new LoginSessions(root);
  writeFileSync(join(root, 'secret'), SSH);
  symlinkSync(join(root, 'secret'), join(folder, '6'));
  mkdirSync(join(folder, '7'));
  put('8', `${SSH}${'X'.repeat(100_000)}`);
  for (const id of ['../../../secret', '', '.', '3.ref', '3\n', '3/', '6', '7', '8', '9'.repeat(1000)]) {
    assert.equal(sessions.get(id), null, JSON.stringify(id.slice(0, 20)));
  }
});

/** Values as an environment file holds them, and hostile ones. */
const VALUES: readonly (readonly [line: string, remoteHost: string | null])[] = [
  ['REMOTE_HOST=', null],
  ['REMOTE_HOST=host.example', 'host.example'],
  ['REMOTE_HOST="quoted name"', 'quoted name'],
  ['REMOTE_HOST=a\\"b\\\\c', 'a"b\\c'],
  ['REMOTE_HOST=one\nREMOTE_HOST=two', 'two'],
  [' REMOTE_HOST=indented', null],
  ['remote_host=lower', null],
  [`REMOTE_HOST=${'h'.repeat(1000)}`, 'h'.repeat(256)],
  ['REMOTE_HOST=\x1b[31m\r\xff', '\x1b[31m\r\xff'],
  ['__proto__=x\nREMOTE_HOST=y', 'y'],
];

test('values, bounded and as written', () => {
  for (const [line, remoteHost] of VALUES) assert.equal(parsed('1', line).remoteHost, remoteHost, line);
  const odd = parsed('1', 'UID=-1\nAUDIT=99999999999\nREMOTE=yes\n');
  assert.deepEqual([odd.uid, odd.audit, odd.remote], [null, null, false]);
  assert.deepEqual(
    Object.values(parsed('1', '')).filter((value) => value !== null),
    ['1'],
  );
});

test('bytes of any kind are no fault', () => {
  for (let seed = 1; seed < 500; seed++) {
    let state = seed;
    const random = () => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return state >> 8;
    };
    const cut = SSH.slice(0, random() % SSH.length);
    const text = cut.replace(/[A-Z=]/g, (letter) =>
      random() % 5 === 0 ? String.fromCharCode(random() % 256) : letter,
    );
    const found = parsed('1', text);
    assert.ok((found.remoteHost ?? '').length <= 256);
  }
});
