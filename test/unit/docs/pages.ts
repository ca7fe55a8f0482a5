/** The documentation as tests see it: pages, their links, headings and what stands in code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/run.ts';

/** Markdown files by their path from the root. Decisions tell of their time, so only their links are held true. */
export const PAGES: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const isOfNow = (path: string): boolean =>
  !path.startsWith('docs/decisions/') && !path.startsWith('docs/reference/') && path !== 'CHANGELOG.md';

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const FENCE = /^ *```.*\n[\s\S]*?^ *```$/gm;

export function linksOf(text: string): string[] {
  const prose = text.replace(FENCE, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** Anchors of the headings, as code hosts make them. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(FENCE, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What stands between backquotes. */
export function spansOf(text: string): string[] {
  // A span may go on in the next line; without the bar of a table that stands for itself.
  return [...text.replace(FENCE, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) =>
    span.replaceAll(/\s+/g, ' ').replaceAll('\\|', '|'),
  );
}

/** Command lines: spans, and lines of blocks of code behind a prompt. */
export function commandsOf(text: string): string[] {
  const typed = [...text.matchAll(/^[$#] (saker .*)$/gm)].map(([, line = '']) => line);
  return [...spansOf(text), ...typed].filter((line) => /^saker( |$)/.test(line));
}

/** Blocks of code of a language. */
export function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , block = '']) => block);
}
