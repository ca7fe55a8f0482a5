// Everything that the package ships: native library, BPF object, record offsets, one binary, completions, manual pages,
// bill of materials.
import { mkdirSync } from 'node:fs';
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

if (import.meta.main) await buildAll();
