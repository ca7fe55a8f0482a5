import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'saker-deb-'));
after(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

interface Listed {
  readonly source: string;
  readonly target: string;
  readonly mode: string;
  readonly conffile: boolean;
}

const list: Listed[] = readFileSync(join(root, 'packaging/files.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [source = '', target = '', mode = '', kind] = line.split(/\s+/);
    return { source, target, mode, conffile: kind === 'conffile' };
  });

/** A source tree whose built files are small stand-ins: the packing is under test, not what is packed. */
function standIn(name: string): string {
  const tree = join(folder, name);
  for (const part of ['packaging', 'systemd', 'rules', 'package.json'])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  for (const { source } of list) {
    const path = join(tree, source);
    if (source === '-' || source.endsWith('/') || existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `stand-in for ${source}\n`);
  }
  return tree;
}

function buildDeb(tree: string): { status: number | null; deb: string; stderr: string } {
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
  const { status, stdout, stderr } = spawnSync(join(tree, 'packaging/build-deb'), [], {
    env,
    encoding: 'utf8',
  });
  return { status, deb: stdout.trim(), stderr };
}

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

const symbolic = (mode: string, kind: string): string =>
  kind +
  [...mode]
    .map((digit) => ['r', 'w', 'x'].map((c, i) => (Number(digit) & (4 >> i) ? c : '-')).join(''))
    .join('');

/** What must hold for every package, stand-in or real. */
function checkContents(deb: string): void {
  const found = contents(deb);
  for (const { owner } of found.values()) assert.equal(owner, 'root/root');
  for (const { source, target, mode } of list) {
    if (source.endsWith('/')) {
      for (const file of readdirSync(join(root, source)).filter((name) => /^[^.]+\.yaml$/.test(name)))
        assert.equal(found.get(`${target}/${file}`)?.mode, symbolic(mode, '-'), file);
    } else if (source === '-') assert.equal(found.get(`${target}/`)?.mode, symbolic(mode, 'd'), target);
    else assert.equal(found.get(target)?.mode, symbolic(mode, '-'), target);
  }
  assert.deepEqual(
    [...found.keys()].filter((path) => path.endsWith('.test.yaml')),
    [],
  );
  const conffiles = run('dpkg-deb', '--info', deb, 'conffiles').trimEnd().split('\n');
  assert.deepEqual(
    conffiles,
    list.filter((f) => f.conffile).map((f) => `/${f.target}`),
  );
  assert.equal(run('dpkg-deb', '--field', deb, 'Version').trim(), version);
}

test('the package holds what packaging/files.txt lists, owned by root', () => {
  const { status, deb, stderr } = buildDeb(standIn('contents'));
  assert.equal(status, 0, stderr);
  checkContents(deb);
});

test('the same sources give the same bytes, wherever and whenever they are packed', () => {
  const hashes = ['one', 'two'].map((name) => {
    const { deb } = buildDeb(standIn(name));
    return createHash('sha256').update(readFileSync(deb)).digest('hex');
  });
  assert.equal(hashes[0], hashes[1]);
});

test('a file that was not built stops the packing and is named', () => {
  const tree = standIn('missing');
  rmSync(join(tree, 'build/saker'));
  const { status, stderr } = buildDeb(tree);
  assert.equal(status, 1);
  assert.match(stderr, /build\/saker is missing/);
});

for (const script of ['postinst', 'prerm', 'postrm']) {
  test(`${script} is valid sh and asks nothing`, () => {
    const path = join(root, 'packaging/debian', script);
    assert.equal(spawnSync('sh', ['-n', path]).status, 0);
    assert.doesNotMatch(readFileSync(path, 'utf8'), /\bread\b|debconf|\bdialog\b/);
  });
}

const deb = join(root, `build/packages/saker_${version}_amd64.deb`);
const skip = existsSync(deb) ? false : `needs ${deb.slice(root.length + 1)}: npm run package`;

describe('the built package', { skip }, () => {
  const tree = join(folder, 'real');
  before(() => void run('dpkg-deb', '--extract', deb, tree));

  test('holds what is listed', () => checkContents(deb));

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
    assert.match(run(join(tree, 'usr/bin/saker'), '--version'), new RegExp(version.replaceAll('.', '\\.')));
  });

  // Debian 11 and RHEL 8 with kernel 5.10 have glibc 2.28 to 2.31; a symbol newer than 2.28 would shut them out.
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

  test('a lintian error is a mistake', (t) => {
    if (process.env.SAKER_LINTIAN !== '1') return t.skip('takes 40 s: wanted with SAKER_LINTIAN=1');
    if (spawnSync('lintian', ['--version']).error) return t.skip('needs lintian');
    const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', deb], { encoding: 'utf8' });
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.startsWith('E:')),
      [],
    );
  });

  test('it stays below 40 MB', () => assert.ok(statSync(deb).size < 40e6, `${statSync(deb).size} bytes`));
});
