// Everything that the package ships: native library, BPF object, record offsets, one binary, completions, manual pages,
// bill of materials.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBinary } from './build-binary.ts';
import { buildCompletions } from './completions.ts';
import { buildManPages } from './man.ts';
import { must, node, root } from './run.ts';
import { buildSbom } from './sbom.ts';

/** Builds what is out of date. */
export async function buildAll(): Promise<void> {
  mkdirSync(join(root, 'build'), { recursive: true });
  must('make', ['--no-print-directory', '-s', '-C', 'native']);
  must('make', ['--no-print-directory', '-s', '-C', 'bpf']);
  must(node, ['scripts/generate-record.ts', '--check']);
  await buildBinary();
  buildCompletions();
  buildManPages();
  buildSbom('amd64');
}

/**
 * The same for arm64, into build/arm64, from x86-64; what is alike on all machines comes from buildAll(), which goes before.
 * Needs gcc-aarch64-linux-gnu.
 */
export async function buildForArm64(): Promise<void> {
  const out = join(root, 'build/arm64');
  mkdirSync(out, { recursive: true });
  installForArm64(out);
  const cross = (part: string): string[] => ['ARCH=arm64', `OUT=${join(out, part)}`];
  must('make', ['--no-print-directory', '-s', '-C', 'native', ...cross('native')]);
  must('make', ['--no-print-directory', '-s', '-C', 'bpf', ...cross('bpf')]);
  await buildBinary('arm64');
  buildSbom('arm64');
}

/** Node and koffi for arm64, as the lock file pins them. */
function installForArm64(out: string): void {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const installed = join(out, 'node_modules/.saker-lock.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(root, file), join(out, file));
  const machine = ['--os=linux', '--cpu=arm64', '--omit=dev', '--include=optional'];
  must('npm', [
    'ci',
    '--prefix',
    out,
    ...machine,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  copyFileSync(join(root, 'package-lock.json'), installed);
}

if (import.meta.main) await buildAll();
