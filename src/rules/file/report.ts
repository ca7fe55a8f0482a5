import { printable } from '../../base/printable.ts';
import { ERRORS, LINTS, WARNINGS } from './codes.ts';
import type { Context, Issue, Lint, LoadError, LoadWarning } from './context.ts';

/** What became of one file. */
export interface FileResult {
  readonly name: string;
  readonly content: string;
  /** File name → content of all files loaded with it: a mistake may show in a rule of an earlier file. */
  readonly contents: ReadonlyMap<string, string>;
  /** No errors. */
  readonly ok: boolean;
  readonly errors: readonly LoadError[];
  readonly warnings: readonly LoadWarning[];
  /** Things that load but are seldom meant; empty under compat. */
  readonly lints: readonly Lint[];
  /** Notes of the structure check, in the words of Falco's; null when the file is not YAML. */
  readonly schemaNotes: readonly string[] | null;
}

/** How places are numbered: `falco` counts lines and columns from 0, `people` from 1. */
export type Numbering = 'falco' | 'people';

const SNIPPET_WIDTH = 160;

/** The whole result of one file as text, in Falco's layout. */
export function fileText(file: FileResult, numbering: Numbering): string {
  const parts = [`${printable(file.name)}: ${verdict(file)}`];
  const notes = file.schemaNotes ?? [];
  if (notes.length > 0) {
    parts.push(`${notes.length} Schema warnings:`, ...notes.flatMap((note) => ['------', printable(note)]));
    parts.push('------');
  }
  const section = (title: string, issues: readonly Issue[], head: (issue: never) => string): void => {
    if (issues.length === 0) return;
    parts.push(`${issues.length} ${title}:`);
    for (const issue of issues) parts.push(...issueLines(issue, head(issue as never), file, numbering));
  };
  section('Errors', file.errors, (issue: LoadError) => `${issue.code} (${ERRORS[issue.code]})`);
  section('Warnings', file.warnings, (issue: LoadWarning) => {
    const field = issue.deprecatedField;
    const suffix = field === undefined ? '' : `: field '${field}'`;
    return `${issue.code} (${WARNINGS[issue.code].short}${suffix})`;
  });
  section('Lints', file.lints, (issue: Lint) => `${issue.code} (${LINTS[issue.code]})`);
  return `${parts.join('\n')}\n`;
}

export function verdict(file: FileResult): string {
  if (!file.ok) return 'Invalid';
  return file.warnings.length > 0 ? 'Ok, with warnings' : 'Ok';
}

function issueLines(issue: Issue, head: string, file: FileResult, numbering: Numbering): string[] {
  const lines = [
    ...chain(issue.context, numbering),
    '------',
    snippet(issue.context, file, numbering).trimEnd(),
    '------',
    `${head}: ${printable(issue.message)}`,
  ];
  if (issue.hint !== undefined && numbering === 'people') lines.push(`Hint: ${printable(issue.hint)}`);
  return lines;
}

function chain(context: Context, numbering: Numbering): string[] {
  return context.locations.map(({ type, name, file, at }, index) => {
    const label = name === '' ? type : `${type} '${name}'`;
    // A place inside an expression is a sum in Falco; people get the place in the file.
    const expression = type === 'condition expression' && numbering === 'people';
    const shown = expression ? context.place : at;
    const where = expression ? context.place.file : file;
    const base = numbering === 'people' ? 1 : 0;
    const place = `(${where}:${shown.line + base}:${shown.column + base})`;
    return printable(`${index === 0 ? 'In ' : '    '}${label}: ${place}`);
  });
}

/** The line around a place and a caret below it, each ended by a newline. */
function snippet(context: Context, file: FileResult, numbering: Numbering): string {
  const { expression, place } = context;
  if (expression !== null && numbering === 'falco') return cut(expression.text, expression.offset);
  const [name, { offset }] =
    numbering === 'falco' ? [context.file, context.locations.at(-1)!.at] : [place.file, place];
  return cut(file.contents.get(name) ?? file.content, offset);
}

/** Falco's rule: the line of the place, at most 80 characters to either side. */
function cut(text: string, offset: number): string {
  if (text === '') return '<No context available>\n';
  let at = Math.min(offset, text.length);
  while (at > 0 && (at >= text.length || text[at] === '\n')) at--;
  const half = SNIPPET_WIDTH / 2;
  const lineStart = text.lastIndexOf('\n', at) + 1;
  const nextLine = text.indexOf('\n', at);
  const lineEnd = nextLine < 0 ? text.length : nextLine;
  const from = Math.max(Math.min(lineStart, at), at - half);
  const to = Math.min(lineEnd, at + half + 1);
  let line = text.slice(from, to);
  if (line === '') return '<No context available>\n';
  if (at - from >= half) line = `...${line.slice(3)}`;
  if (to - 1 - at >= half) line = `${line.slice(0, -3)}...`;
  // One character a column, or the caret would stand elsewhere.
  const shown = line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  return at - from <= shown.length ? `${shown}\n${' '.repeat(at - from)}^\n` : `${shown}\n`;
}

/** The result of one file in the JSON shape of `falco_load_results`; `lints`, `hint` and `place` are ours. */
export function fileJson(file: FileResult): Record<string, unknown> {
  const schema =
    file.schemaNotes === null
      ? {}
      : { schema_valid: file.schemaNotes.length === 0, schema_warnings: file.schemaNotes };
  return {
    name: file.name,
    successful: file.ok,
    ...schema,
    errors: file.errors.map((issue) => issueJson(issue, ERRORS[issue.code], file)),
    warnings: file.warnings.map((issue) => ({
      ...issueJson(issue, WARNINGS[issue.code].long, file),
      ...(issue.deprecatedField === undefined ? {} : { deprecated_field: issue.deprecatedField }),
    })),
    ...(file.lints.length === 0
      ? {}
      : { lints: file.lints.map((issue) => issueJson(issue, LINTS[issue.code], file)) }),
  };
}

function issueJson(issue: Issue & { code: string }, desc: string, file: FileResult): Record<string, unknown> {
  const { context } = issue;
  return {
    code: issue.code,
    codedesc: desc,
    message: issue.message,
    ...(issue.hint === undefined ? {} : { hint: issue.hint }),
    place: { file: context.place.file, line: context.place.line + 1, column: context.place.column + 1 },
    context: {
      locations: context.locations.map(({ type, name, file, at }) => ({
        item_type: type,
        item_name: name,
        position: { name: file, line: at.line, column: at.column, offset: at.offset },
      })),
      snippet: snippet(context, file, 'falco'),
    },
  };
}
