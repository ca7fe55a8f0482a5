import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { filesIn, listed, type PackageName, pack, root, standIn, symbolic, versions } from './tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-rpm-'));
after(() => rmSync(folder, { recursive: true }));

/** What rpm says of a package file; no database of this machine is asked. */
const query = (rpm: string, ...args: string[]): string[] =>
  execFileSync('rpm', ['--dbpath', folder, '-qp', ...args, rpm], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

function checkContents(rpm: string, name: PackageName): void {
  const format = '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME}\n]';
  const found = new Map(
    query(rpm, '--qf', format).map((row): [string, string] => {
      const [path = '', mode = '', owner] = row.split(' ');
      assert.equal(owner, 'root/root', path);
      return [path.slice(1), mode];
    }),
  );
  const list = listed(name, 'rpm');
  for (const { source, target, mode } of list) {
    if (source.endsWith('/')) {
      for (const file of filesIn(source))
        assert.equal(found.get(`${target}/${file}`), symbolic(mode, '-'), file);
    } else assert.equal(found.get(target), symbolic(mode, source === '-' ? 'd' : '-'), target);
  }
  assert.ok(![...found.keys()].some((path) => path.endsWith('.test.yaml')));
  // Nothing but directories of ours and what is listed: no build ids, no debug packages' links.
  const known = new Set(list.map(({ target }) => target));
  const directories = list.filter(({ source }) => source.endsWith('/')).map(({ target }) => `${target}/`);
  const extra = [...found].filter(
    ([path, mode]) => !known.has(path) && !directories.some((d) => path.startsWith(d)) && !/^d.*/.test(mode),
  );
  assert.deepEqual(extra, []);
  const conffiles = list.filter((f) => f.conffile).map((f) => `/${f.target}`);
  const stated = query(rpm, '--qf', '[%{FILENAMES} %{FILEFLAGS:fflags}\n]')
    .map((row) => row.split(' '))
    .filter(([, flags = '']) => flags.includes('c'));
  assert.deepEqual(
    stated,
    conffiles.sort().map((path) => [path, 'cn']),
    'config(noreplace)',
  );
  assert.deepEqual(query(rpm, '--qf', '%{NAME} %{VERSION}'), [`${name} ${versions[name]}`]);
}

const rpmbuild = spawnSync('rpmbuild', ['--version']).error ? 'needs rpmbuild (rpm)' : false;

describe('packing', { skip: rpmbuild }, () => {
  test('the packages hold what packaging/files.txt lists; the same sources give the same bytes', () => {
    const built = ['one', 'two'].map((name) => {
      const { status, files, stderr } = pack(standIn(join(folder, name)), 'rpm');
      assert.equal(status, 0, stderr);
      return files;
    });
    checkContents(built[0]![0]!, 'saker');
    checkContents(built[0]![1]!, 'saker-rules');
    const [one, two] = built.map((files) =>
      files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')),
    );
    assert.deepEqual(one, two);
  });

  test('a file that was not built stops the packing and is named', () => {
    const tree = standIn(join(folder, 'missing'));
    rmSync(join(tree, 'build/saker'));
    const { status, stderr } = pack(tree, 'rpm');
    assert.equal(status, 1);
    assert.match(stderr, /build\/saker is missing/);
  });
});

const rpm = join(root, `build/packages/saker-${versions.saker}-1.x86_64.rpm`);
const rules = join(root, `build/packages/saker-rules-${versions['saker-rules']}-1.noarch.rpm`);
const skip =
  rpmbuild || (existsSync(rpm) && existsSync(rules) ? false : 'needs build/packages: npm run package');

describe('the built packages', { skip }, () => {
  test('they hold what is listed', () => {
    checkContents(rpm, 'saker');
    checkContents(rules, 'saker-rules');
  });

  test('checksums hold', () => {
    for (const file of [rpm, rules])
      execFileSync('rpmkeys', ['--dbpath', folder, '--checksig', '--nosignature', file]);
  });

  test('it asks for the libraries that its files are linked to, and no glibc above 2.28', () => {
    const requires = query(rpm, '--requires');
    for (const name of ['libatomic.so.1', 'libelf.so.1', 'libz.so.1', 'libstdc++.so.6', 'libc.so.6'])
      assert.ok(requires.includes(`${name}()(64bit)`), name);
    assert.ok(requires.includes('saker-rules'));
    const glibc = requires.flatMap(
      (one) =>
        one
          .match(/GLIBC_2\.(\d+)/)
          ?.slice(1)
          .map(Number) ?? [],
    );
    assert.ok(glibc.length > 0 && Math.max(...glibc) <= 28, `GLIBC_2.${Math.max(...glibc)}`);
  });

  test('it offers nobody its own libraries', () => {
    assert.deepEqual(
      query(rpm, '--provides').filter((one) => /\.so|\.node/.test(one)),
      [],
    );
  });

  test('scriptlets are valid sh and ask nothing', () => {
    for (const tag of ['POSTIN', 'PREUN', 'POSTUN', 'TRANSFILETRIGGERSCRIPTS']) {
      const script = query(rpm, '--qf', tag.startsWith('TRANS') ? `[%{${tag}}\n]` : `%{${tag}}`).join('\n');
      assert.match(script, /systemctl/, tag);
      assert.equal(spawnSync('sh', ['-n'], { input: script }).status, 0, tag);
      assert.doesNotMatch(script, /\bread\b/, tag);
    }
  });

  test('an rpmlint error is a mistake', (t) => {
    if (process.env.SAKER_LINTIAN !== '1') return t.skip('wanted with SAKER_LINTIAN=1');
    if (spawnSync('rpmlint', ['--version']).error) return t.skip('needs rpmlint');
    const config = join(root, 'packaging/rpm/rpmlint.toml');
    const { stdout } = spawnSync('rpmlint', ['-c', config, rpm, rules], { encoding: 'utf8' });
    assert.match(stdout, /0 errors, 0 warnings/);
  });
});
