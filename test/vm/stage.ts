// Puts together what a guest without Node needs to run a script of the tests: sources, build results, a stripped Node.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const KOFFI = join(root, 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node');

/** False where nothing is built yet. */
export const isBuilt =
  existsSync(join(root, 'build/bpf/saker.bpf.o')) && existsSync(join(root, 'build/native/libsaker.so'));

/** Unstripped, Node is 150 MB; the copy is kept for the next run. */
export function strippedNode(): string {
  const file = join(root, 'build/smoke/node');
  if (!existsSync(file)) {
    mkdirSync(join(root, 'build/smoke'), { recursive: true });
    // Test files run side by side: none may see a half-written copy.
    const own = `${file}.${process.pid}`;
    execFileSync('strip', ['-s', '-o', own, process.execPath]);
    renameSync(own, file);
  }
  return file;
}

export interface Stage {
  /** Scripts, by absolute path; they keep their place in the tree and end in .js. */
  readonly scripts: readonly string[];
  /** A static program, of C files by absolute path; it goes to build/smoke in the guest. */
  readonly program: { readonly name: string; readonly sources: readonly string[] };
}

/**
 * Without its types a script runs as it is. Node would strip them with WebAssembly, and the emulator now and then (one
 * start in twenty) jumps into code that V8 compiled a moment ago and finds zeros there.
 */
function writeWithoutTypes(file: string, folder: string): void {
  const target = join(folder, relative(root, file).replace(/\.ts$/, '.js'));
  const text = stripTypeScriptTypes(readFileSync(file, 'utf8'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text.replaceAll(/(?<=(?:from |import\(|import )'\.[^']*)\.ts(?=')/g, '.js'));
}

/** @returns a new folder for --in; needs build/native and build/bpf */
export function stage({ scripts, program }: Stage): string {
  const folder = mkdtempSync(join(tmpdir(), 'saker-stage-'));
  const place = (from: string, to: string): void => cpSync(from, join(folder, to), { recursive: true });
  place(join(root, 'build/native/libsaker.so'), 'build/native/libsaker.so');
  place(KOFFI, 'build/native/koffi.node');
  for (const object of globSync('build/bpf/*.bpf.o', { cwd: root })) place(join(root, object), object);
  const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => join(root, file));
  for (const file of [...sources, ...scripts]) writeWithoutTypes(file, folder);
  mkdirSync(join(folder, 'build/smoke'));
  const output = join(folder, 'build/smoke', program.name);
  execFileSync('gcc', ['-O2', '-static', '-Wall', '-o', output, ...program.sources]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // Not a link: tar complains of a file whose links change while it reads, and tests run side by side.
  place(strippedNode(), 'node');
  return folder;
}
