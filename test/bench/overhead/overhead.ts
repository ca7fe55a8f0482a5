/**
 * What saker costs: instructions that a program pays for its system calls without and with the agent, counted in a
 * guest whose clock advances one nanosecond for each instruction, beside Falco's recorded figures.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isKernelSeries, type KernelSeries } from '../../vm/cache.ts';
import { runInGuest } from '../../vm/guest.ts';
import falco from './falco.json' with { type: 'json' };

const USAGE = `usage: test/bench/overhead/run [KERNEL...] [--rules FILE] [--json]

Boots a guest for each kernel (default 6.1 and 6.12), installs build/packages/*.deb and prints for each operation:
instructions alone, with saker, the difference, Falco's difference, the ratio of the two, and the instructions of
saker's own threads besides.

  --rules FILE   a rules file beside the default rules (named.yaml: one that names every call of the workload)
  --json         one JSON line for each kernel instead of tables
`;

/** Instructions for one operation. */
interface Row {
  readonly name: string;
  readonly alone: number;
  readonly watched: number;
  /** Of the agent itself. */
  readonly own: number;
}

interface Falco {
  readonly adds: number;
  readonly own?: number;
}

const FALCO: Readonly<Record<string, Readonly<Record<string, Falco>>>> = {
  '6.1': falco['6.1'],
  '6.12': falco['6.12'],
};

/** Lines of workload.c: name, instructions, instructions of the agent. */
function readFigures(file: string): Map<string, [number, number]> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', cost, own] = line.split(' ');
      return [name, [Number(cost), Number(own)]];
    }),
  );
}

/** One guest. @throws Error when it fails or the agent was not watching */
async function measure(kernel: KernelSeries, rules: string | undefined): Promise<Row[]> {
  const [into, out] = [mkdtempSync(join(tmpdir(), 'overhead-')), mkdtempSync(join(tmpdir(), 'overhead-'))];
  try {
    const here = import.meta.dirname;
    execFileSync('gcc', ['-O2', '-static', '-Wall', '-o', join(into, 'workload'), join(here, 'workload.c')]);
    copyFileSync(join(here, 'job'), join(into, 'job'));
    if (rules !== undefined) copyFileSync(rules, join(into, 'rules.yaml'));
    const result = await runInGuest({
      ...{ kernel, install: true, icount: true, timeoutS: 900 },
      ...{ inDirs: [into], outDir: out, command: 'bash /in/job' },
    });
    if (result.code !== 0)
      throw new Error(`${kernel}: ${result.failure ?? `exit ${result.code}`}\n${result.stdout}`);
    const watched = readFigures(join(out, 'watched'));
    return [...readFigures(join(out, 'alone'))].map(([name, [alone]]) => {
      const [cost, own] = watched.get(name) ?? [Number.NaN, Number.NaN];
      return { name, alone, watched: cost, own };
    });
  } finally {
    rmSync(into, { recursive: true, force: true });
    rmSync(out, { recursive: true, force: true });
  }
}

function cells(kernel: string, row: Row): string[] {
  const added = row.watched - row.alone;
  const peer = FALCO[kernel]?.[row.name];
  const signed = (n: number): string => (n > 0 ? `+${n}` : `${n}`);
  return [
    ...[row.name, `${row.alone}`, `${row.watched}`, signed(added)],
    ...(peer === undefined ? ['', ''] : [`+${peer.adds}`, (added / peer.adds).toFixed(2)]),
    ...[`${row.own}`, `${peer?.own ?? ''}`],
  ];
}

const HEAD = ['operation', 'alone', 'with saker', 'added', 'Falco', 'ratio', "saker's own", "Falco's own"];

/** A Markdown table, aligned. */
function table(rows: string[][]): string {
  const widths = HEAD.map((_, i) => Math.max(...[HEAD, ...rows].map((row) => row[i]!.length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((w, i) => (i === 0 ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rules: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const kernels = positionals.length === 0 ? ['6.1', '6.12'] : positionals;
  const wrong = kernels.find((kernel) => !isKernelSeries(kernel));
  if (wrong !== undefined) throw new Error(`${wrong}: no kernel of test/vm`);
  const rules = values.rules === undefined ? undefined : resolve(values.rules);
  if (rules !== undefined && !existsSync(rules)) throw new Error(`--rules ${rules}: no such file`);
  return { ...values, rules, kernels: kernels.filter(isKernelSeries) };
}

try {
  const { kernels, rules, json, help } = commandLine();
  if (help) process.stdout.write(USAGE);
  else
    for (const kernel of kernels) {
      const [idle, ...rows] = await measure(kernel, rules);
      if (json) console.log(JSON.stringify({ kernel, idle: idle!.watched, rows }));
      else
        console.log(
          `\n${kernel}, instructions for one operation (idle: saker runs ${idle!.watched} a second)\n\n${table(rows.map((row) => cells(kernel, row)))}`,
        );
    }
} catch (error) {
  process.stderr.write(`test/bench/overhead: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
