import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { DpkgDatabase } from '../../../src/host/dpkg.ts';
import { PathIndex } from '../../../src/host/path-index.ts';

const query = (format: string, name: string): string =>
  spawnSync('dpkg-query', ['-W', '-f', format, name], { encoding: 'utf8' }).stdout;

const noDpkg = existsSync('/var/lib/dpkg/status') ? false : 'this machine has no dpkg database';

describe("this machine's own database", { skip: noDpkg }, () => {
  const database = new DpkgDatabase();
  const packages = [
    ['/bin/ls', 'coreutils'],
    ['/bin/sh', 'dash'],
    ['/bin/bash', 'bash'],
    ['/usr/bin/dpkg', 'dpkg'],
    ['/sbin/ldconfig', 'libc-bin'],
    ['/usr/bin/perl', 'perl-base'],
    ['/lib/x86_64-linux-gnu/libc.so.6', 'libc6'],
  ] as const;
  for (const [written, name] of packages) {
    // As the kernel names the file: with links followed.
    test(written, { skip: existsSync(written) ? false : `no ${written} here` }, () => {
      const path = realpathSync(written);
      const owner = database.owner(path);
      assert.ok(owner !== null && owner !== 'none');
      assert.equal(owner.name, name);
      assert.equal(owner.version, query(`$\{Version}\n`, name).split('\n')[0]);
      const md5 = createHash('md5').update(readFileSync(path)).digest('hex');
      assert.deepEqual(owner.digest, { algorithm: 'md5', hex: md5 });
    });
  }

  test('files of nobody', () => {
    for (const path of ['/usr/bin/no-such-program', '/tmp/ls', '/usr/bin/ls ', '/usr/bin/l', '', 'ls']) {
      assert.equal(database.owner(path), 'none', path);
    }
    assert.equal(database.owner('/usr/bin/ls\n/usr/bin/cat'), null);
  });
});

/** A root with a database made for the test. */
function machine(): { root: string; info: (name: string, text: string | Uint8Array) => void } {
  const root = `${mkdtempSync(join(tmpdir(), 'saker-dpkg-'))}/`;
  after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
  return {
    root,
    info: (name, text) => writeFileSync(join(root, 'var/lib/dpkg/info', name), text),
  };
}

const MD5 = '0123456789abcdef0123456789abcdef';
const nameOf = (owner: ReturnType<DpkgDatabase['owner']>) =>
  typeof owner === 'object' ? (owner?.name ?? null) : owner;

test('a merged /usr, several architectures, diversions', () => {
  const { root, info } = machine();
  info('tool.list', '/.\n/bin\n/bin/tool\n/etc/tool.conf\n');
  info('tool.md5sums', `${MD5}  bin/tool\n`);
  info('lib:amd64.list', '/usr/lib/lib.so\n/usr/share/doc/lib');
  info('lib:i386.list', '/usr/share/doc/lib\n/usr/lib32/lib.so\n');
  info('wrapper.list', '/usr/bin/wrapper\n/usr/bin/wrapped\n');
  info('local.list', '/usr/bin/local\n');
  writeFileSync(
    join(root, 'var/lib/dpkg/diversions'),
    '/usr/bin/wrapped\n/usr/bin/wrapped.real\nwrapper\n/usr/bin/local\n/usr/bin/local.dist\n:\n',
  );
  info('other.list', '/usr/bin/wrapped\n');
  writeFileSync(
    join(root, 'var/lib/dpkg/status'),
    [
      'Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-1\n',
      'Package: lib\nArchitecture: amd64\nVersion: 3\nDescription: x\n Version: 9\n',
      'Package: lib\nArchitecture: i386\nVersion: 4\n',
    ].join('\n'),
  );
  const database = new DpkgDatabase(root);
  assert.deepEqual(database.owner('/usr/bin/tool'), {
    name: 'tool',
    version: '1:2.0-1',
    digest: { algorithm: 'md5', hex: MD5 },
  });
  assert.deepEqual(database.owner('/bin/tool'), database.owner('/usr/bin/tool'));
  const versions = ['/usr/lib/lib.so', '/usr/lib32/lib.so'].map((path) => database.owner(path));
  assert.deepEqual(
    versions.map((owner) => typeof owner === 'object' && owner?.version),
    ['3', '4'],
  );
  const named = {
    '/etc/tool.conf': 'tool',
    '/usr/bin/wrapped': 'wrapper',
    '/usr/bin/wrapped.real': 'other',
    '/usr/bin/local': 'none',
    '/usr/bin/local.dist': 'local',
    '/bin/wrapped': 'wrapper',
  };
  for (const [path, name] of Object.entries(named)) assert.equal(nameOf(database.owner(path)), name, path);
});

test('changes are seen; until then nobody is told that a file is foreign', () => {
  const { root, info } = machine();
  let now = 0;
  info('one.list', '/usr/bin/one\n');
  writeFileSync(join(root, 'var/lib/dpkg/status'), 'Package: one\nVersion: 1\n');
  const database = new DpkgDatabase(root, () => now);
  const first = database.generation;
  assert.equal(nameOf(database.owner('/usr/bin/one')), 'one');
  assert.equal(database.owner('/usr/bin/two'), 'none');
  info('two.list', '/usr/bin/two\n');
  now = 1500;
  assert.equal(database.owner('/usr/bin/two'), null);
  assert.equal(nameOf(database.owner('/usr/bin/one')), 'one');
  now = 6000;
  assert.equal(nameOf(database.owner('/usr/bin/two')), 'two');
  assert.notEqual(database.generation, first);
});

test('a broken database gives what is left of it', () => {
  const { root, info } = machine();
  info(
    'bad.list',
    Uint8Array.from({ length: 10_000 }, (_, at) => (at * 7) % 256),
  );
  info('empty.list', '');
  info('good.list', '/usr/bin/good');
  info('good.md5sums', `${MD5.slice(1)}  usr/bin/good\nnonsense\n`);
  info('../status', 'Package: goo\nVersion: 7\n\nPackage: good');
  info('Evil name.list', '/usr/bin/evil\n');
  info('x:y:z.list', '/usr/bin/evil\n');
  writeFileSync(join(root, 'var/lib/dpkg/diversions'), '/a\n/b');
  mkdirSync(join(root, 'var/lib/dpkg/info/folder.list'));
  const database = new DpkgDatabase(root);
  assert.deepEqual(database.owner('/usr/bin/good'), { name: 'good', version: '', digest: null });
  assert.equal(database.owner('/usr/bin/evil'), 'none');
  assert.equal(new DpkgDatabase(`${root}nowhere/`).owner('/usr/bin/good'), null);
});

test('an index holds hundreds of thousands of paths', () => {
  const index = new PathIndex();
  for (let list = 0; list < 300; list++) {
    index.add(
      list,
      Buffer.from(Array.from({ length: 1000 }, (_, at) => `/usr/lib/p${list}/f${at}\n`).join('')),
    );
  }
  assert.equal(index.size, 300_000);
  for (const list of [0, 17, 299]) assert.ok(index.listsOf(`/usr/lib/p${list}/f999`).includes(list));
  const misses = Array.from({ length: 1000 }, (_, at) => index.listsOf(`/home/x/${at}`).length);
  assert.ok(misses.reduce((sum, count) => sum + count, 0) < 20);
});
