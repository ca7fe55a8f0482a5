import { printable } from './printable.ts';

/**
 * Every mistake saker can name. Callers and tests match codes, never text. A retired code is not used again.
 * Texts say what is wrong in general; a Problem says where, what exactly, and what to do.
 */

/** What the user has to repair; decides the exit code. */
export type ErrorKind = 'rules' | 'config' | 'usage' | 'kernel' | 'permission' | 'internal';

/** Exit codes, a stable interface of the program. 0 is success. */
export const EXIT_CODE: Readonly<Record<ErrorKind, number>> = {
  rules: 1,
  config: 1,
  usage: 2,
  kernel: 3,
  permission: 4,
  // sysexits.h EX_SOFTWARE: a fault in saker itself, told apart from everything a user can repair.
  internal: 70,
};

/** Parts of saker are missing or of different versions. The message says which and what to do; where in the code does not matter. */
export class BrokenInstallError extends Error {}

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly text: string;
}

/** Code → kind and text. `_E_` stops the load, `_W_` warns and goes on. */
export const ERRORS = {
  SAKER_E_CONFIG_READ: { kind: 'config', text: 'a configuration file cannot be read' },
  SAKER_E_CONFIG_YAML: { kind: 'config', text: 'a configuration file is not valid YAML' },
  SAKER_E_CONFIG_TYPE: { kind: 'config', text: 'a key has a value of the wrong type' },
  SAKER_E_CONFIG_VALUE: { kind: 'config', text: 'a key has a value outside its allowed range' },
  SAKER_E_CONFIG_UNKNOWN_KEY: { kind: 'config', text: 'a key is not known (error only when strict)' },
  SAKER_W_CONFIG_UNKNOWN_KEY: { kind: 'config', text: 'a key is not known and has no effect' },
  SAKER_W_CONFIG_NOT_USED: { kind: 'config', text: 'a key of falco.yaml is known but has no effect' },
  SAKER_W_CONFIG_LISTEN: {
    kind: 'config',
    text: 'an address is not listened on, since that would be unsafe',
  },
  SAKER_W_CONFIG_ENV: { kind: 'config', text: 'an environment variable in a value is not set' },
  SAKER_E_OVERRIDE: { kind: 'usage', text: 'an -o argument is not of the form key.path[i]=value' },
  SAKER_E_RULES_READ: { kind: 'rules', text: 'a rules file cannot be read' },
  SAKER_W_RULES: { kind: 'rules', text: 'there is nothing at a path of rules_files' },
  SAKER_E_KERNEL_UNSUPPORTED: { kind: 'kernel', text: 'the running kernel lacks something saker needs' },
  SAKER_E_KERNEL_LOCKDOWN: { kind: 'kernel', text: 'kernel lockdown refuses tracing programs' },
  SAKER_E_KERNEL_LOAD: { kind: 'kernel', text: 'the kernel refused a BPF program or map' },
  SAKER_E_PERMISSION: { kind: 'permission', text: 'saker runs without a privilege it needs' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One mistake at one place. Lines and columns count from 1, columns in UTF-16 units; null where there is none. */
export interface Problem {
  readonly code: ErrorCode;
  /** File name as the user gave it, or e.g. `-o priority=loud`; null for a mistake without a place. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** What is wrong, naming the offender. */
  readonly what: string;
  /** What to do about it, an imperative. */
  readonly advice: string;
  /** The line the mistake stands in, for the caret. */
  readonly source?: string | undefined;
  /** Length of the marked text, at least 1. */
  readonly length?: number | undefined;
}

export function isWarning(problem: Problem): boolean {
  return problem.code.startsWith('SAKER_W_');
}

/** Exit code for a list of problems: that of the first error, 0 when there are only warnings. */
export function exitCodeOf(problems: readonly Problem[]): number {
  const first = problems.find((p) => !isWarning(p));
  return first === undefined ? 0 : EXIT_CODE[ERRORS[first.code].kind];
}

/** `file:line:col: what — advice [CODE]`, escaped to one line; docs/reference/errors.md tells of the codes. */
export function problemLine(problem: Problem): string {
  const place = [problem.file, problem.line, problem.line === null ? null : problem.column]
    .filter((part) => part !== null)
    .map((part) => printable(String(part)))
    .join(':');
  const head = place === '' ? '' : `${place}: `;
  const level = isWarning(problem) ? 'warning: ' : '';
  return `${head}${level}${printable(problem.what)} — ${printable(problem.advice)} [${problem.code}]`;
}

// A snippet is for orientation; a minified file must not flood the terminal.
const SNIPPET_WIDTH = 120;

/** The problem line, then the source line with a caret below the offender where a source line is known. */
export function formatProblem(problem: Problem): string {
  const line = problemLine(problem);
  if (problem.source === undefined || problem.line === null || problem.column === null) return line;
  const at = problem.column - 1;
  const start = at < SNIPPET_WIDTH - 20 ? 0 : at - 20;
  // Tabs would move the caret, other control characters the terminal: each becomes one blank.
  const text = problem.source.slice(start, start + SNIPPET_WIDTH).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  const gutter = String(problem.line);
  const marks = '^'.repeat(Math.max(1, Math.min(problem.length ?? 1, text.length - (at - start))));
  return `${line}\n  ${gutter} | ${text}\n  ${' '.repeat(gutter.length)} | ${' '.repeat(at - start)}${marks}`;
}
