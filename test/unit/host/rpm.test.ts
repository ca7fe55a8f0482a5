import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { openPackages } from '../../../src/host/index.ts';
import { RpmDatabase } from '../../../src/host/rpm.ts';
import { RpmHeader, TAG } from '../../../src/host/rpm-header.ts';

const root = `${mkdtempSync(join(tmpdir(), 'saker-rpm-'))}/`;
after(() => rmSync(root, { recursive: true }));

type Value = readonly number[] | readonly string[];

/** A header with these tags: numbers are 32-bit, strings an array unless there is one. */
function header(tags: readonly (readonly [tag: number, value: Value])[]): Buffer {
  const entries: Buffer[] = [];
  let data = Buffer.alloc(0);
  for (const [tag, value] of tags) {
    const numbers = value.every((item) => typeof item === 'number');
    if (numbers) data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    const entry = Buffer.alloc(16);
    entry.writeUInt32BE(tag, 0);
    entry.writeUInt32BE(numbers ? 4 : value.length === 1 ? 6 : 8, 4);
    entry.writeUInt32BE(data.length, 8);
    entry.writeUInt32BE(value.length, 12);
    entries.push(entry);
    const parts = value.map((item) => {
      if (typeof item === 'string') return Buffer.from(`${item}\0`, 'latin1');
      const word = Buffer.alloc(4);
      word.writeUInt32BE(item);
      return word;
    });
    data = Buffer.concat([data, ...parts]);
  }
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(entries.length, 0);
  counts.writeUInt32BE(data.length, 4);
  return Buffer.concat([counts, ...entries, data]);
}

const SHA256 = 'ab'.repeat(32);

const TOOLS = header([
  [TAG.name, ['tools']],
  [TAG.version, ['1.2']],
  [TAG.release, ['3.el9']],
  [TAG.digests, [SHA256, '', SHA256]],
  [TAG.flags, [0, 0, 1]],
  [TAG.dirindexes, [0, 0, 1]],
  [TAG.basenames, ['tool', 'link', 'tool']],
  [TAG.dirnames, ['/usr/bin/', '/etc/']],
  [TAG.digestAlgorithm, [8]],
]);

function databaseOf(
  name: string,
  blob: Uint8Array,
  names: readonly (readonly [string, number])[],
): RpmDatabase {
  const path = join(root, name);
  const made = new DatabaseSync(path);
  made.exec('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)');
  made.exec("CREATE TABLE Basenames (key 'TEXT', hnum INTEGER, idx INTEGER)");
  made.prepare('INSERT INTO Packages VALUES (1, ?)').run(blob);
  for (const [key, idx] of names) made.prepare('INSERT INTO Basenames VALUES (?, 1, ?)').run(key, idx);
  made.close();
  return new RpmDatabase(path, root);
}

test('owner, version and digest by the table of names', () => {
  const database = databaseOf('tools.sqlite', TOOLS, [
    ['tool', 0],
    ['link', 1],
    ['tool', 2],
    ['beyond', 99],
  ]);
  const tools = { name: 'tools', version: '1.2-3.el9' };
  const digest = { algorithm: 'sha256', hex: SHA256 };
  assert.deepEqual(database.owner('/usr/bin/tool'), { ...tools, digest });
  assert.deepEqual(database.owner('/etc/tool'), { ...tools, digest: null });
  assert.deepEqual(database.owner('/usr/bin/link'), { ...tools, digest: null });
  for (const path of ['/usr/bin/beyond', '/bin/tool', '/tool', 'tool', '', "/usr/bin/t' OR 1=1 --"]) {
    assert.equal(database.owner(path), 'none', path);
  }
});

test('what is no database tells nothing', () => {
  writeFileSync(join(root, 'text.sqlite'), 'not a database');
  writeFileSync(join(root, 'empty.sqlite'), '');
  for (const name of ['text.sqlite', 'empty.sqlite', 'missing.sqlite']) {
    assert.equal(new RpmDatabase(join(root, name), root).owner('/usr/bin/tool'), null, name);
  }
});

test('any bytes as a header are survived', () => {
  let state = 1;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(TOOLS.subarray(0, round % 2 === 0 ? TOOLS.length : random(TOOLS.length)));
    for (let at = random(8); at > 0 && bytes.length > 0; at--)
      bytes[random(Math.min(bytes.length, 160))] = random(256);
    const read = RpmHeader.read(bytes);
    for (const tag of Object.values(TAG)) {
      read?.text(tag, random(5));
      read?.number(tag, random(2 ** 31));
    }
  }
  assert.equal(RpmHeader.read(Buffer.alloc(7)), null);
  assert.equal(RpmHeader.read(Buffer.alloc(64, 0xff)), null);
  const bad = databaseOf('bad.sqlite', TOOLS.subarray(0, 200), [['tool', 0]]);
  assert.equal(bad.owner('/usr/bin/tool'), 'none');
});

const noRpm =
  spawnSync('rpmbuild', ['--version']).status === 0 ? false : 'rpm and rpmbuild are not installed';

describe('a database that rpm made', { skip: noRpm }, () => {
  const database = 'var/lib/rpm';
  before(() => {
    writeFileSync(
      join(root, 'probe.spec'),
      `Name: probe
Epoch: 2
Version: 1.0
Release: 3
Summary: probe
License: none
%description
x
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc
cp /usr/bin/true %{buildroot}/usr/bin/probe-tool
echo conf > %{buildroot}/etc/probe.conf
%files
%attr(755,root,root) /usr/bin/probe-tool
%config /etc/probe.conf
`,
    );
    const run = (command: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    // The file shall stay as copied: no stripping.
    run(
      'rpmbuild',
      '-bb',
      `-D_topdir ${root}top`,
      '-D_build_id_links none',
      '-D__os_install_post %{nil}',
      'probe.spec',
    );
    const built = readdirSync(join(root, 'top/RPMS'), { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('.rpm'),
    )!;
    mkdirSync(join(root, database), { recursive: true });
    run('rpm', '--root', root, '--dbpath', `/${database}`, '--initdb');
    run('rpm', '--root', root, '--dbpath', `/${database}`, '-i', '--nodeps', join('top/RPMS', built));
  });

  test('is read without leaving a trace', () => {
    const packages = openPackages(root);
    const hex = createHash('sha256').update(readFileSync('/usr/bin/true')).digest('hex');
    assert.deepEqual(packages?.owner('/usr/bin/probe-tool'), {
      name: 'probe',
      version: '2:1.0-3',
      digest: { algorithm: 'sha256', hex },
    });
    assert.deepEqual(packages?.owner('/etc/probe.conf'), { name: 'probe', version: '2:1.0-3', digest: null });
    assert.equal(packages?.owner('/usr/bin/other'), 'none');
  });

  test('is read while rpm has not yet taken its log into it', () => {
    const copy = join(root, 'pending.sqlite');
    copyFileSync(join(root, database, 'rpmdb.sqlite'), copy);
    const writer = new DatabaseSync(copy);
    writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    writer.exec("UPDATE Basenames SET key = 'renamed' WHERE key = 'probe-tool'");
    const packages = new RpmDatabase(copy, root);
    // The name leads there, but the header tells another one.
    assert.equal(packages.owner('/usr/bin/probe-tool'), 'none');
    writer.close();
  });
});
