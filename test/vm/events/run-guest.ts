// One guest run of the trigger: builds it, writes the rules, brings back truth and alerts.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { KernelSeries } from '../cache.ts';
import { runInGuest } from '../guest.ts';
import { builtPackages } from '../job.ts';
import type { JsonAlert } from './compare.ts';
import { parseExact, readTruth, type Truth } from './facts.ts';
import { dataRulesFile, FACTS, rulesFile } from './rules.ts';

/** What a program did, and what was told of it. */
export interface Told {
  readonly truth: Truth;
  readonly alerts: readonly JsonAlert[];
}

export interface Outcome {
  readonly all: readonly JsonAlert[];
  readonly trigger: Told;
  readonly hostile: Told;
  readonly evasion: Told;
  /** Content of a file that the guest left in /out. */
  file(name: string): string;
  remove(): void;
}

const PROGRAMS = { trigger: 'trigger', evasion: 'evader', hostile: 'hostile' };
/** Written once, used by all three. */
const SHARED = ['truth.c', 'facts.c', 'describe.c', 'doors.c'].map((file) =>
  join(import.meta.dirname, 'trigger', file),
);

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => file.endsWith('.c'))
    .map((file) => join(import.meta.dirname, folder, file));

/** Event types that a program's source names. */
function typesOf(folder: string): string[] {
  const all = sourcesOf(folder)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  const written = [
    ...all.matchAll(/(?:begin|call|call_32|label|row)\((?:f, )?"[^"]*", "(\w+)"|\{ "(\w+)", SYS_/g),
  ];
  return [...new Set([...written.map(([, a, b]) => a ?? b!), 'execve', 'execveat', 'procexit'])].sort();
}

/** @returns folder for /in */
export function stageTrigger(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saker-events-'));
  for (const [from, program] of Object.entries(PROGRAMS))
    execFileSync('gcc', [
      ...[
        '-O2',
        '-static',
        '-pthread',
        '-Wall',
        '-Wextra',
        '-Wno-unused-result',
        '-o',
        join(folder, program),
      ],
      ...new Set([...sourcesOf(from), ...SHARED]),
    ]);
  const types = {
    trigger: typesOf('trigger'),
    evasion: typesOf('evasion'),
    hostile: [...typesOf('hostile'), 'connect'],
  };
  writeFileSync(join(folder, 'events.yaml'), rulesFile(types));
  writeFileSync(join(folder, 'data.yaml'), dataRulesFile(types));
  for (const file of [...builtPackages(), join(import.meta.dirname, 'guest-script')])
    cpSync(file, join(folder, basename(file)));
  return folder;
}

/** Every line is JSON, or this throws. */
const readAlerts = (text: string): JsonAlert[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseExact(line) as unknown as JsonAlert);

/** Rejects when the guest or the script fails. */
export async function runTrigger(kernel: KernelSeries, staged: string): Promise<Outcome> {
  const out = mkdtempSync(join(tmpdir(), 'saker-events-out-'));
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const { code, failure, stdout, console } = await runInGuest({
    kernel,
    inDirs: [staged],
    outDir: out,
    command: 'bash /in/guest-script',
    timeoutS: 1100,
  });
  if (code !== 0) throw new Error(`${failure ?? `exit code ${code}`}\n${stdout}\n${console.slice(-3000)}`);
  const all = readAlerts(file('alerts.json'));
  const told = (name: string, ...rules: readonly string[]): Told => {
    return {
      truth: readTruth(file(`${name}.jsonl`)),
      alerts: all.filter(({ rule }) => rules.includes(rule)),
    };
  };
  return {
    all,
    trigger: told('truth', ...FACTS),
    hostile: told('hostile', 'hostile'),
    evasion: told('evasion', 'secret', 'seen'),
    file,
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
