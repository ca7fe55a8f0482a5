/**
 * Rule tests: facts in, expected rules and fields out, and which parts of the conditions they tried.
 *
 *   readTests(name, content) → tests, or what is wrong with the file
 *   new TestRunner(rules).run(file, test) → outcome; runner.probes tell the coverage
 *
 * Pure: needs no kernel and no root. Called by `saker test`. The format stands in docs/rule-tests.md.
 */
export type { RuleCoverage } from './coverage.ts';
export { readTests } from './read.ts';
export { TestRunner } from './run.ts';
export type { TestFile, TestOutcome } from './types.ts';
