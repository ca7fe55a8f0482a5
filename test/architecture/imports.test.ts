import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';

interface Law {
  folders: Record<string, string[]>;
  ffi: string[];
  noNodeModules: string[];
  childProcess: string[];
}

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');
const law: Law = JSON.parse(readFileSync(join(import.meta.dirname, 'imports.json'), 'utf8'));

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));

/** `import … from 'x'`, `export … from 'x'`, `import('x')`, `require('x')`; type-only imports count as well. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(src, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...code.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
}

const folderOf = (file: string): string => file.split(sep)[0] ?? file;

test('every folder under src stands in the table', () => {
  const unknown = [...new Set(files.map(folderOf))].filter((f) => !(f in law.folders));
  assert.deepEqual(unknown, []);
});

test('imports follow the table', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const from = folderOf(file);
    for (const spec of importsOf(file)) {
      if (!spec.startsWith('.')) continue;
      const target = relative(src, resolve(src, dirname(file), spec));
      if (target.startsWith('..')) {
        wrong.push(`${file}: ${spec} leaves src/`);
        continue;
      }
      const to = folderOf(target);
      if (to !== from && !law.folders[from]?.includes(to))
        wrong.push(`${file}: ${from} may not import ${to} (${spec})`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the foreign function interface, child processes and node: modules stay where they may be', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const from = folderOf(file);
    for (const spec of importsOf(file)) {
      if (spec === 'koffi' && !law.ffi.includes(from)) wrong.push(`${file}: koffi`);
      if (spec.startsWith('node:') && law.noNodeModules.includes(from)) wrong.push(`${file}: ${spec}`);
      if (spec === 'node:child_process' && !law.childProcess.some((p) => file === p || from === p)) {
        wrong.push(`${file}: ${spec}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('no file imports itself over others', () => {
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const local = importsOf(file).filter((s) => s.startsWith('.'));
    graph.set(
      file,
      local.map((s) => relative(src, resolve(src, dirname(file), s))),
    );
  }
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  assert.deepEqual(cycles, []);
});
