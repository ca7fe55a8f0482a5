/**
 * How long the first load of rules takes in a fresh process, which is what a start of the daemon and every
 * `saker check` pay. The loader is bundled and run with V8's options of the binary, several times; the best and the
 * median are printed.  node test/bench/rules/load.ts [FILE...]     default: a synthetic file of 93 rules
 *
 * CPU time of the whole process, V8's helper threads included, and of the thread alone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { rulesFile } from './rules-file.ts';

const RUNS = 15;
/** As scripts/build-binary.ts sets them. */
const V8_OPTIONS = ['--max-semi-space-size=2', '--v8-pool-size=1'];

const PROGRAM = `
import { readFileSync } from 'node:fs';
import { loadRules } from './src/rules/index.ts';
const files = process.argv.slice(2).map((name) => ({ name, content: readFileSync(name, 'utf8') }));
const process0 = process.cpuUsage();
const thread0 = process.threadCpuUsage();
const { rules, ok } = loadRules(files);
const all = process.cpuUsage(process0);
const own = process.threadCpuUsage(thread0);
console.log(JSON.stringify({ ok, rules: rules.length, all: all.user + all.system, own: own.user + own.system }));
`;

interface Load {
  readonly ok: boolean;
  readonly rules: number;
  readonly all: number;
  readonly own: number;
}

const folder = mkdtempSync(join(tmpdir(), 'saker-load-'));
try {
  const program = join(folder, 'load.cjs');
  const root = join(import.meta.dirname, '../../..');
  await build({
    stdin: { contents: PROGRAM, resolveDir: root, loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    logLevel: 'warning',
  });
  let files = process.argv.slice(2);
  if (files.length === 0) {
    files = [join(folder, 'synthetic.yaml')];
    writeFileSync(files[0]!, rulesFile());
  }
  const loads = Array.from(
    { length: RUNS },
    () =>
      JSON.parse(
        execFileSync(process.execPath, [...V8_OPTIONS, program, ...files], { encoding: 'utf8' }),
      ) as Load,
  );
  const { ok, rules } = loads[0]!;
  const show = (values: readonly number[]): string => {
    const sorted = [...values].sort((a, b) => a - b);
    return `best ${(sorted[0]! / 1000).toFixed(0)}, median ${(sorted[RUNS >> 1]! / 1000).toFixed(0)} ms of CPU`;
  };
  process.stdout.write(
    `${rules} rules, ${ok ? 'valid' : 'with errors'}, first load in a process, ${RUNS} runs\n`,
  );
  process.stdout.write(`  whole process  ${show(loads.map(({ all }) => all))}\n`);
  process.stdout.write(`  its thread     ${show(loads.map(({ own }) => own))}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
