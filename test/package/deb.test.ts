import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filesIn, listed, type PackageName, pack, root, standIn, symbolic, versions } from './tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-deb-'));
after(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 });

/** `mode owner path` of everything in the package. */
function contents(deb: string): Map<string, { mode: string; owner: string }> {
  const rows = run('dpkg-deb', '--contents', deb).trimEnd().split('\n');
  return new Map(
    rows.map((row) => {
      const [mode = '', owner = '', , , , path = ''] = row.split(/\s+/);
      return [path.replace(/^\.\//, ''), { mode, owner }];
    }),
  );
}

/** What must hold for every package, stand-in or real. */
function checkContents(deb: string, name: PackageName): void {
  const found = contents(deb);
  const list = listed(name, 'deb');
  for (const { owner } of found.values()) assert.equal(owner, 'root/root');
  for (const { source, target, mode } of list) {
    if (source.endsWith('/')) {
      for (const file of filesIn(source))
        assert.equal(found.get(`${target}/${file}`)?.mode, symbolic(mode, '-'), file);
    } else if (source === '-') assert.equal(found.get(`${target}/`)?.mode, symbolic(mode, 'd'), target);
    else assert.equal(found.get(target)?.mode, symbolic(mode, '-'), target);
  }
  assert.deepEqual(
    [...found.keys()].filter((path) => path.endsWith('.test.yaml')),
    [],
  );
  const conffiles = list.filter((f) => f.conffile).map((f) => `/${f.target}`);
  if (conffiles.length > 0)
    assert.deepEqual(run('dpkg-deb', '--info', deb, 'conffiles').trimEnd().split('\n'), conffiles);
  assert.equal(run('dpkg-deb', '--field', deb, 'Version').trim(), versions[name]);
  assert.equal(run('dpkg-deb', '--field', deb, 'Package').trim(), name);
}

test('the packages hold what packaging/files.txt lists, owned by root', () => {
  const { status, files, stderr } = pack(standIn(join(folder, 'contents')), 'deb');
  assert.equal(status, 0, stderr);
  assert.equal(files.length, 2);
  checkContents(files[0]!, 'saker');
  checkContents(files[1]!, 'saker-rules');
});

test('no file is in both packages', () => {
  const targets = new Set(listed('saker', 'deb').map(({ target }) => target));
  assert.ok(!listed('saker-rules', 'deb').some(({ target }) => targets.has(target)));
});

test('the same sources give the same bytes, wherever and whenever they are packed', () => {
  const [one, two] = ['one', 'two'].map((name) =>
    pack(standIn(join(folder, name)), 'deb').files.map((file) =>
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ),
  );
  assert.equal(one?.length, 2);
  assert.deepEqual(one, two);
});

test('a file that was not built stops the packing and is named', () => {
  const tree = standIn(join(folder, 'missing'));
  rmSync(join(tree, 'build/saker'));
  const { status, stderr } = pack(tree, 'deb');
  assert.equal(status, 1);
  assert.match(stderr, /build\/saker is missing/);
});

for (const script of ['postinst', 'prerm', 'postrm']) {
  test(`${script} is valid sh and asks nothing`, () => {
    const path = join(root, 'packaging/debian', `saker.${script}`);
    assert.equal(spawnSync('sh', ['-n', path]).status, 0);
    assert.doesNotMatch(readFileSync(path, 'utf8'), /\bread\b|debconf|\bdialog\b/);
  });
}

const deb = join(root, `build/packages/saker_${versions.saker}_amd64.deb`);
const skip = existsSync(deb) ? false : `needs ${deb.slice(root.length + 1)}: npm run package`;

describe('the built package', { skip }, () => {
  const tree = join(folder, 'real');
  before(() => void run('dpkg-deb', '--extract', deb, tree));

  test('holds what is listed', () => checkContents(deb, 'saker'));

  test('every file has the checksum that the package states', () => {
    const sums = run('dpkg-deb', '--info', deb, 'md5sums').trimEnd().split('\n');
    for (const row of sums) {
      const [sum, path = ''] = row.split('  ');
      assert.equal(
        createHash('md5')
          .update(readFileSync(join(tree, path)))
          .digest('hex'),
        sum,
        path,
      );
    }
  });

  test('the program runs from its package and tells its version', () => {
    assert.match(
      run(join(tree, 'usr/bin/saker'), '--version'),
      new RegExp(versions.saker.replaceAll('.', '\\.')),
    );
  });

  // Distributions with kernel 5.10 have glibc 2.31 (Debian 11); 2.28 is what Node is linked to.
  for (const file of ['usr/bin/saker', 'usr/lib/saker/libsaker.so', 'usr/lib/saker/koffi.node']) {
    test(`${file} needs no glibc above 2.28`, (t) => {
      if (spawnSync('objdump', ['--version']).error) return t.skip('needs objdump (binutils)');
      const needs = run('objdump', '-T', join(tree, file)).matchAll(/\(?GLIBC_2\.(\d+)\)?/g);
      const newest = Math.max(...[...needs].map((m) => Number(m[1])));
      assert.ok(newest > 0 && newest <= 28, `GLIBC_2.${newest}`);
    });
  }

  test('every shared library it needs is in Depends', (t) => {
    if (spawnSync('objdump', ['--version']).error) return t.skip('needs objdump (binutils)');
    const packages: Record<string, string> = {
      'libatomic.so.1': 'libatomic1',
      'libelf.so.1': 'libelf1',
      'libgcc_s.so.1': 'libgcc-s1',
      'libstdc++.so.6': 'libstdc++6',
      'libz.so.1': 'zlib1g',
    };
    const depends = run('dpkg-deb', '--field', deb, 'Depends').split(/[,\s]+/);
    for (const file of ['usr/bin/saker', 'usr/lib/saker/libsaker.so', 'usr/lib/saker/koffi.node']) {
      for (const [, library = ''] of run('objdump', '-p', join(tree, file)).matchAll(/NEEDED\s+(\S+)/g)) {
        const name = packages[library] ?? 'libc6';
        assert.ok(depends.includes(name), `${file} needs ${library}, Depends lacks ${name}`);
      }
    }
  });

  test('lintian has nothing to say', (t) => {
    if (process.env.SAKER_LINTIAN !== '1') return t.skip('takes 40 s: wanted with SAKER_LINTIAN=1');
    if (spawnSync('lintian', ['--version']).error) return t.skip('needs lintian');
    const rules = join(root, `build/packages/saker-rules_${versions['saker-rules']}_all.deb`);
    const options = ['--allow-root', '--fail-on', 'none', '--no-tag-display-limit'];
    const { stdout } = spawnSync('lintian', [...options, deb, rules], { encoding: 'utf8' });
    assert.deepEqual(
      stdout.split('\n').filter((line) => /^[EWI]:/.test(line)),
      [],
    );
  });

  test('it stays below 40 MB', () => assert.ok(statSync(deb).size < 40e6, `${statSync(deb).size} bytes`));
});
