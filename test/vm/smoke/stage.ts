// Puts together what a guest without Node needs to run observe.ts: sources, build results, a stripped Node, actions.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const KOFFI = join(root, 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node');

const SOURCES = ['actions.c', 'calls.c'];

/** Unstripped, Node is 150 MB; the copy is kept for the next run. */
function strippedNode(): string {
  const file = join(root, 'build/smoke/node');
  if (!existsSync(file)) {
    mkdirSync(join(root, 'build/smoke'), { recursive: true });
    execFileSync('strip', ['-s', '-o', file, process.execPath]);
  }
  return file;
}

/** @returns a new folder for --in; needs build/native and build/bpf */
export function stageSmoke(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saker-smoke-'));
  const place = (from: string, to: string): void => cpSync(from, join(folder, to), { recursive: true });
  place(join(root, 'src'), 'src');
  place(join(root, 'build/native/libsaker.so'), 'build/native/libsaker.so');
  place(KOFFI, 'build/native/koffi.node');
  place(join(root, 'build/bpf/saker.bpf.o'), 'build/bpf/saker.bpf.o');
  place(join(import.meta.dirname, 'observe.ts'), 'test/vm/smoke/observe.ts');
  mkdirSync(join(folder, 'build/smoke'));
  const actions = join(folder, 'build/smoke/actions');
  execFileSync('gcc', [
    '-O2',
    '-static',
    '-Wall',
    '-o',
    actions,
    ...SOURCES.map((file) => join(import.meta.dirname, file)),
  ]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  try {
    linkSync(strippedNode(), join(folder, 'node'));
  } catch {
    place(strippedNode(), 'node'); // another file system
  }
  return folder;
}
