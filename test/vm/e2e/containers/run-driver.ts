import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type KernelSeries, prepareAdded } from '../../cache.ts';
import { runInGuest } from '../../guest.ts';
import { strippedNode } from '../../stage.ts';

export interface DriverJob {
  readonly kernel: KernelSeries;
  /** Script of this folder that runs in the guest. */
  readonly driver: string;
  readonly args?: readonly (string | number)[];
  /** Lists of packages in image/added. */
  readonly added?: readonly string[];
  /** The built package; without it the guest is a mini one. */
  readonly install: boolean;
  readonly timeoutS: number;
}

export interface JsonAlert {
  readonly rule: string;
  readonly source: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, string | number | null>>;
}

/** Runs a driver in a guest; what it left in /out by name. Its words are shown with SAKER_VERBOSE=1, and when it fails. */
export async function runDriver(job: DriverJob): Promise<(name: string) => string> {
  const work = mkdtempSync(join(tmpdir(), 'saker-containers-'));
  try {
    const [inDir, outDir] = [join(work, 'in'), join(work, 'out')];
    mkdirSync(inDir);
    copyFileSync(strippedNode(), join(inDir, 'node'));
    await build({
      entryPoints: [join(import.meta.dirname, job.driver)],
      outfile: join(inDir, 'driver.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const added = await Promise.all((job.added ?? []).map((name) => prepareAdded(name)));
    const lay = added.length === 0 ? '' : 'cp -al --remove-destination /in/added/. / && ';
    const { code, failure, stdout, console, times } = await runInGuest({
      kernel: job.kernel,
      install: job.install,
      mini: !job.install,
      inDirs: [inDir, ...added],
      outDir,
      command: `${lay}modprobe overlay && /in/node /in/driver.mjs ${(job.args ?? []).join(' ')} 2>&1`,
      timeoutS: job.timeoutS,
    });
    if (process.env.SAKER_VERBOSE === '1') process.stderr.write(`${stdout}${JSON.stringify(times)}\n`);
    assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-2000)}`);
    const files = new Map<string, string>();
    for (const name of readdirSync(outDir)) files.set(name, readFileSync(join(outDir, name), 'utf8'));
    return (name) => files.get(name) ?? assert.fail(`the driver left no ${name}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function alertsOf(file: string): readonly JsonAlert[] {
  const lines = file.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

/** The only alert of a rule whose output fits. */
export function only(alerts: readonly JsonAlert[], rule: string, output: RegExp): JsonAlert {
  const found = alerts.filter((alert) => alert.rule === rule && output.test(alert.output));
  assert.equal(found.length, 1, `${rule} ${output}: ${JSON.stringify(alerts.slice(-20))}`);
  return found[0]!;
}

export function shows(alert: JsonAlert, wanted: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(wanted))
    assert.equal(alert.output_fields[key], value, `${key}: ${alert.output}`);
}
