import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { readRulesFiles } from '../config/rules-files.ts';
import { fileText, loadRules } from '../rules/index.ts';
import {
  type RuleCoverage,
  readTests,
  type TestFile,
  type TestOutcome,
  TestRunner,
} from '../rules/testing/index.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';
import { junit, reportJson, reportText, type TestReport } from './test-report.ts';

const USAGE = 'usage: saker test PATH... [--coverage] [--json] [--junit FILE]';

/**
 * `saker test PATH...`: runs the tests beside rules. A path is a test file, a rules file (its tests have the
 * same name with .test.yaml) or a directory, which is searched. Exit code 0 when all pass, 1 otherwise. A path
 * that cannot be read fails, but the tests of the others run and are reported.
 */
export function testCommand(args: readonly string[], io: Io): number {
  let values: { json?: boolean; coverage?: boolean; junit?: string };
  let paths: string[];
  try {
    ({ values, positionals: paths } = parseArgs({
      args: [...args],
      options: OPTIONS.test,
      allowPositionals: true,
    }));
    if (paths.length === 0) throw new Error('no path given');
  } catch (error) {
    io.err(`saker test: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  let report: TestReport;
  try {
    report = runAll(paths);
    if (values.junit !== undefined) writeFileSync(values.junit, junit(report));
  } catch (error) {
    io.err(`saker test: ${printable((error as Error).message)}\n`);
    return EXIT_CODE.rules;
  }
  if (report.outcomes.length === 0 && report.problems.length === 0) {
    io.err('saker test: no tests found; they stand in files named *.test.yaml\n');
    return EXIT_CODE.rules;
  }
  io.out(values.json ? `${reportJson(report)}\n` : reportText(report, values.coverage === true));
  const failed = report.problems.length > 0 || report.outcomes.some(({ failures }) => failures.length > 0);
  return failed ? EXIT_CODE.rules : 0;
}

const TEST_FILE = /\.test\.ya?ml$/;

function testFilesOf(path: string): string[] {
  if (statSync(path).isDirectory()) {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => TEST_FILE.test(name))
      .sort()
      .map((name) => join(path, name));
  }
  if (!/\.ya?ml$/.test(path)) throw new Error('not a .yaml or .yml file');
  return [TEST_FILE.test(path) ? path : path.replace(/\.(ya?ml)$/, '.test.$1')];
}

/** The test files of all paths, each once; what cannot be read goes to the problems. */
function readAll(paths: readonly string[], problems: string[]): TestFile[] {
  const attempt = <T>(path: string, work: () => T[]): T[] => {
    try {
      return work();
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message}`);
      return [];
    }
  };
  const names = new Set(paths.flatMap((path) => attempt(path, () => testFilesOf(path))));
  return [...names].flatMap((name) => attempt(name, () => [readTests(name, readFileSync(name, 'utf8'))]));
}

/** Files that test the same rules share a runner, so that coverage counts all of them. */
function runAll(paths: readonly string[]): TestReport {
  const runners = new Map<string, TestRunner>();
  const outcomes: TestOutcome[] = [];
  const problems: string[] = [];
  for (const file of readAll(paths, problems)) {
    const { name } = file;
    problems.push(...file.faults.map(({ line, message }) => `${name}:${line}: ${message}`));
    // With nothing to run, what becomes of the rules would only hide the mistake in the test file.
    if (file.tests.length === 0 && file.faults.length > 0) continue;
    const rulesPaths = rulesOf(file);
    const key = rulesPaths.map((path) => resolve(path)).join('\0');
    let runner = runners.get(key);
    if (runner === undefined) {
      const made = makeRunner(rulesPaths);
      if (typeof made === 'string') {
        problems.push(`${name}: its rules do not load\n${made}`);
        continue;
      }
      runner = made;
      runners.set(key, runner);
    }
    for (const test of file.tests) outcomes.push(runner.run(name, test));
  }
  const coverage: RuleCoverage[] = [...runners.values()].flatMap(({ probes }) =>
    probes.map((probe) => probe.coverage()),
  );
  return { outcomes, problems, coverage };
}

/** The rules files a test file names, or the one beside it with its name. */
function rulesOf({ name, rules }: TestFile): string[] {
  if (rules === null) return [name.replace(/\.test(?=\.ya?ml$)/, '')];
  return rules.map((path) => join(dirname(name), path));
}

/** A runner for the rules, or why they do not load. */
function makeRunner(paths: readonly string[]): TestRunner | string {
  const { files, unreadable } = readRulesFiles(paths, true);
  if (unreadable.length > 0) return unreadable.map(({ name, reason }) => `${name}: ${reason}`).join('\n');
  const loaded = loadRules(files, { lint: false });
  if (!loaded.ok) {
    return loaded.files
      .filter(({ ok }) => !ok)
      .map((file) => fileText(file, 'people'))
      .join('');
  }
  return new TestRunner(loaded.rules);
}
