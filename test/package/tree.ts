// What both forms of packages are tested with: the file list, and a source tree to pack.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Listed {
  readonly source: string;
  readonly target: string;
  readonly mode: string;
  readonly conffile: boolean;
}

export const versions = {
  saker: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version as string,
  'saker-rules': readFileSync(join(root, 'rules/VERSION'), 'utf8').trim(),
};
export type PackageName = keyof typeof versions;

/** The lines of packaging/files.txt for a package in one form on amd64. */
export function listed(name: PackageName, form: 'deb' | 'rpm'): Listed[] {
  const text = readFileSync(join(root, 'packaging/files.txt'), 'utf8')
    .replaceAll('@arch@', 'amd64')
    .replaceAll('@build@', 'build')
    .replaceAll('@node@', 'x64')
    .replaceAll('@npm@', 'node_modules');
  const section = text.split(`\n[${name}]\n`)[1]?.split('\n[')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
    .filter(([, , , kind]) => kind === undefined || kind === 'conffile' || kind === form)
    .map(([source = '', target = '', mode = '', kind]) => ({
      source,
      target: form === 'rpm' ? rpmPlace(target) : target,
      mode,
      conffile: kind === 'conffile',
    }));
}

/** What the packages have of a directory in the list. */
export const filesIn = (source: string): string[] =>
  readdirSync(join(root, source)).filter((one) => /^[^.]+\.(yaml|md)$/.test(one));

/** Where the distributions of rpm have what Debian has elsewhere. */
const rpmPlace = (target: string): string =>
  target
    .replace(/^lib\/systemd\//, 'usr/lib/systemd/')
    .replace('zsh/vendor-completions/', 'zsh/site-functions/')
    .replace(/^usr\/share\/doc\/([^/]+)\/licenses\//, 'usr/share/licenses/$1/');

/** Fills a folder with a source tree whose built files are small stand-ins: the packing is under test. */
export function standIn(tree: string): string {
  for (const part of ['packaging', 'systemd', 'rules', 'docs/decisions', 'package.json'])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  const lists = (['saker', 'saker-rules'] as const).flatMap((name) => [
    ...listed(name, 'deb'),
    ...listed(name, 'rpm'),
  ]);
  for (const { source } of lists) {
    const path = join(tree, source);
    if (source === '-' || source.endsWith('/') || existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `stand-in for ${source}\n`);
  }
  return tree;
}

export interface Built {
  readonly status: number | null;
  readonly stderr: string;
  /** The files that it made: the agent, the rules. */
  readonly files: readonly string[];
}

/** Packs a tree by its own scripts. */
export function pack(tree: string, form: 'deb' | 'rpm'): Built {
  const { status, stdout, stderr } = spawnSync(join(tree, `packaging/build-${form}`), [], {
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
    encoding: 'utf8',
  });
  return { status, stderr, files: stdout.trim().split('\n') };
}

/** `-rw-r--r--` of 644, as ls writes it. */
export const symbolic = (mode: string, kind: string): string =>
  kind +
  [...mode]
    .map((digit) => ['r', 'w', 'x'].map((c, i) => (Number(digit) & (4 >> i) ? c : '-')).join(''))
    .join('');
