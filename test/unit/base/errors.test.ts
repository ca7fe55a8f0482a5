import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CODE, exitCodeOf, formatProblem, type Problem, problemLine } from '../../../src/base/errors.ts';
import { nearest } from '../../../src/base/suggest.ts';

const problem = (more: Partial<Problem>): Problem => ({
  code: 'SAKER_E_CONFIG_TYPE',
  file: '/etc/saker/saker.yaml',
  line: 3,
  column: 7,
  what: 'priority must be text',
  advice: 'write one of the priorities',
  ...more,
});

test('a problem names file, line, column, what and what to do, and marks the place', () => {
  assert.equal(
    formatProblem(problem({ source: 'prio:\t loud', column: 8, length: 4 })),
    '/etc/saker/saker.yaml:3:8: priority must be text — write one of the priorities [SAKER_E_CONFIG_TYPE]\n' +
      '  3 | prio:  loud\n' +
      '    |        ^^^^',
  );
});

test('a far column in a long line stays visible and the caret stays under it', () => {
  const source = `${'x'.repeat(5000)}BAD${'y'.repeat(5000)}`;
  const [, text = '', marks = ''] = formatProblem(problem({ source, column: 5001, length: 3 })).split('\n');
  assert.ok(text.length < 140, `${text.length}`);
  assert.equal(text.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1), 'BAD');
});

test('nothing from a file can add a line or drive the terminal', () => {
  const text = formatProblem(
    problem({ file: 'a\nb', what: 'x\u001b[2J', advice: 'y\r', source: 'k: \u001b[31m\u202e', length: 9 }),
  );
  assert.equal(text.split('\n').length, 3);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looks for them
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
});

const places: [Partial<Problem>, string][] = [
  [{ file: null, line: null, column: null }, 'priority must be text — '],
  [{ line: null, column: null }, '/etc/saker/saker.yaml: priority'],
  [{ column: null }, '/etc/saker/saker.yaml:3: priority'],
  [{ code: 'SAKER_W_CONFIG_NOT_USED' }, '/etc/saker/saker.yaml:3:7: warning: priority'],
];
for (const [more, start] of places) {
  test(`place is printed as far as it is known: ${start}`, () => {
    assert.ok(problemLine(problem(more)).startsWith(start), problemLine(problem(more)));
  });
}

test('exit code: 0 for warnings, else that of the first error', () => {
  const warning = problem({ code: 'SAKER_W_CONFIG_NOT_USED' });
  assert.equal(exitCodeOf([]), 0);
  assert.equal(exitCodeOf([warning]), 0);
  assert.equal(exitCodeOf([warning, problem({ code: 'SAKER_E_OVERRIDE' }), problem({})]), EXIT_CODE.usage);
  assert.equal(exitCodeOf([problem({ code: 'SAKER_E_KERNEL_LOCKDOWN' })]), 3);
  assert.equal(exitCodeOf([problem({ code: 'SAKER_E_PERMISSION' })]), 4);
});

const names = ['json_output', 'stdout_output', 'priority', 'rules_files', 'log_level'];
const guesses: [string, string | null][] = [
  ['jsonoutput', 'json_output'],
  ['json-output', 'json_output'],
  ['PRIORITY', 'priority'],
  ['proirity', 'priority'],
  ['rule_files', 'rules_files'],
  ['webserver', null],
  ['x', null],
];
for (const [typed, meant] of guesses) {
  test(`nearest: ${typed} → ${meant}`, () => assert.equal(nearest(typed, names), meant));
}
