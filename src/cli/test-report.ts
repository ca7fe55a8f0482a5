import { printable } from '../base/printable.ts';
import type { RuleCoverage, TestOutcome } from '../rules/testing/index.ts';

export interface TestReport {
  readonly outcomes: readonly TestOutcome[];
  /** Test files or rules that could not be read. */
  readonly problems: readonly string[];
  readonly coverage: readonly RuleCoverage[];
}

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly rules: { readonly matched: number; readonly total: number };
  readonly branches: { readonly seen: number; readonly total: number };
}

function totals({ outcomes, coverage }: TestReport): Totals {
  const passed = outcomes.filter(({ failures }) => failures.length === 0).length;
  return {
    passed,
    failed: outcomes.length - passed,
    rules: { matched: coverage.filter(({ matched }) => matched).length, total: coverage.length },
    branches: {
      seen: coverage.reduce((sum, { seen }) => sum + seen, 0),
      total: coverage.reduce((sum, { possible }) => sum + possible, 0),
    },
  };
}

/** For people: failures, then totals; with `detail` every comparison that no test tried both ways. */
export function reportText(report: TestReport, detail: boolean): string {
  const lines = report.problems.map((problem) => problem.split('\n').map(printable).join('\n'));
  for (const { file, line, name, failures } of report.outcomes) {
    if (failures.length === 0) continue;
    lines.push(printable(`${file}:${line}: FAIL ${name}`), ...failures.map((why) => `    ${printable(why)}`));
  }
  const { passed, failed, rules, branches } = totals(report);
  lines.push(`${passed} passed, ${failed} failed`);
  lines.push(`rules matched by a test: ${rules.matched} of ${rules.total}`);
  lines.push(`outcomes of comparisons seen: ${branches.seen} of ${branches.total}`);
  if (detail) {
    for (const { rule, matched, seen, possible, missing } of report.coverage) {
      lines.push(printable(`  ${rule}: ${matched ? 'matched' : 'never matched'}, ${seen} of ${possible}`));
      lines.push(...missing.map(({ comparison, never }) => printable(`      never ${never}: ${comparison}`)));
    }
  }
  return `${lines.join('\n')}\n`;
}

export function reportJson(report: TestReport): string {
  const tests = report.outcomes.map(({ failures, ...test }) => ({
    ...test,
    ok: failures.length === 0,
    failures,
  }));
  return JSON.stringify({ ...totals(report), problems: report.problems, tests, coverage: report.coverage });
}

/** The common XML form that build servers read. */
export function junit({ outcomes, problems }: TestReport): string {
  const files = Map.groupBy(outcomes, ({ file }) => file);
  const suites = [...files].map(([file, tests]) => {
    const failed = tests.filter(({ failures }) => failures.length > 0).length;
    const cases = tests.map(({ name, line, failures }) => {
      const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${xml(file)}" line="${line}"`;
      if (failures.length === 0) return `${head}/>`;
      return `${head}>\n      <failure message="${xml(failures[0]!)}">${failures.map(xml).join('\n')}</failure>\n    </testcase>`;
    });
    return `  <testsuite name="${xml(file)}" tests="${tests.length}" failures="${failed}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  if (problems.length > 0) {
    const errors = problems.map(
      (problem) =>
        `    <testcase classname="saker" name="files"><error message="${xml(problem.split('\n')[0]!)}">${problem.split('\n').map(xml).join('\n')}</error></testcase>`,
    );
    suites.push(
      `  <testsuite name="files" tests="${errors.length}" errors="${errors.length}">\n${errors.join('\n')}\n  </testsuite>`,
    );
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters may not stand in XML 1.0 at all, so they are spelled out first; nor may these two. */
const xml = (text: string): string =>
  printable(text.toWellFormed())
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);
