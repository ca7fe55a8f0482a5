// build/man: saker(8) from docs/commands.md and the usage texts, saker.yaml(5) from the configuration as it ships. What
// is written once stays true; this file only knows how man(7) spells it.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { COMMANDS } from '../src/cli/main.ts';
import { USAGE } from '../src/cli/run.ts';
import { root, writeIfOther } from './run.ts';

/** A line that man(7) does not take for a request of its own, with its backslashes and hyphens as they are. */
function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Code in bold, links as their text. */
function inline(text: string): string {
  const parts = text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('`')
    .map(plain);
  const marked = parts.map((part, i) => (i % 2 === 1 ? `\\fB${part}\\fR` : part.replaceAll('**', '')));
  return marked.join('');
}

const verbatim = (lines: readonly string[]): string[] => ['.PP', '.nf', ...lines.map(plain), '.fi'];

/** The rows of a table of two columns or more as terms and what they mean. */
function table(lines: readonly string[]): string[] {
  const rows = lines
    .filter((line) => !/^\|[-| :]+\|$/.test(line))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.flatMap(([term = '', ...rest]) => [
    '.TP',
    `.B ${inline(term).replaceAll('\\fB', '').replaceAll('\\fR', '')}`,
    inline(rest.join(' ')),
  ]);
}

/** The part of Markdown that docs/commands.md uses: headings, paragraphs, tables. */
export function fromMarkdown(text: string): string[] {
  const blocks = text.trim().split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split('\n');
    if (block.startsWith('# ')) return [];
    if (block.startsWith('## '))
      return ['.SS', inline(block.slice(3)).replaceAll('\\fB', '').replaceAll('\\fR', '')];
    if (block.startsWith('|')) return table(lines);
    return ['.PP', inline(lines.join(' '))];
  });
}

/** Comments that say something as text; keys, commented out or not, as they are. */
export function fromYaml(text: string): string[] {
  const sections = text.split(/^# -{20,} (.*)$/m);
  const out = describe(sections[0] ?? '');
  for (let i = 1; i < sections.length; i += 2)
    out.push(`.SH ${plain(sections[i]!.toUpperCase())}`, ...describe(sections[i + 1] ?? ''));
  return out;
}

function describe(text: string): string[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .filter((block) => block !== '')
    .flatMap((block) => {
      const lines = block.split('\n');
      const keys = lines.findIndex((line) => !line.startsWith('# ') && line !== '#');
      const said = keys < 0 ? lines : lines.slice(0, keys);
      const list = said.findIndex((line) => line.startsWith('#   '));
      const prose = list < 0 ? said : said.slice(0, list);
      const words = prose.map((line) => line.slice(2)).join(' ');
      return [
        ...(words === '' ? [] : ['.PP', inline(words)]),
        ...(list < 0 ? [] : verbatim(said.slice(list).map((line) => line.slice(2)))),
        ...(keys < 0 ? [] : verbatim(lines.slice(keys))),
      ];
    });
}

function page(name: string, section: number, about: string, body: readonly string[]): string {
  return `${[`.TH ${name.toUpperCase()} ${section} "" saker "System administration"`, '.SH NAME', `${plain(name)} \\- ${about}`, ...body].join('\n')}\n`;
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export function sakerPage(): string {
  const commands = Object.entries(COMMANDS).flatMap(([name, { about }]) => [
    '.TP',
    `.B ${name}`,
    plain(about),
  ]);
  return page('saker', 8, 'runtime security agent with Falco\\-language rules', [
    '.SH SYNOPSIS',
    '.B saker',
    '.I command',
    '[\\fIarguments\\fR]',
    '.SH DESCRIPTION',
    'Watches processes, files and connections of this host through eBPF, compares every event with rules in the',
    'language of Falco, and reports matches. The service',
    '.B saker.service',
    'runs',
    '.BR "saker run" .',
    'Without a command, Falco\\(aqs options are taken as those of',
    '.BR run .',
    '.SH COMMANDS',
    ...commands,
    '.SS saker run',
    ...verbatim(USAGE.trimEnd().split('\n').slice(1)),
    '.SH OPERATION',
    ...fromMarkdown(read('docs/commands.md')),
    '.SH FILES',
    '.TP',
    '.I /etc/saker/saker.yaml',
    'configuration, with one file more for each purpose in /etc/saker/config.d',
    '.TP',
    '.I /usr/share/saker/rules, /etc/saker/rules.d',
    'rules of the package, rules of this host',
    '.TP',
    '.I /var/log/saker/alerts.json',
    'alerts',
    '.TP',
    '.I /var/lib/saker',
    'alerts that wait for a server',
    '.SH SEE ALSO',
    '.BR saker.yaml (5),',
    '.BR journalctl (1),',
    'and the files in /usr/share/doc/saker',
  ]);
}

export function configurationPage(): string {
  return page('saker.yaml', 5, 'configuration of saker', [
    '.SH SYNOPSIS',
    '.I /etc/saker/saker.yaml',
    '.SH DESCRIPTION',
    ...fromYaml(read('packaging/etc/saker.yaml')),
    '.SH SEE ALSO',
    '.BR saker (8)',
  ]);
}

/** Makes the pages, compressed without name and time as Debian wants them. */
export function buildManPages(): void {
  mkdirSync(join(root, 'build/man'), { recursive: true });
  for (const [name, text] of [
    ['saker.8', sakerPage()],
    ['saker.yaml.5', configurationPage()],
  ] as const)
    writeIfOther(join(root, 'build/man', `${name}.gz`), gzipSync(text, { level: 9 }));
}

if (import.meta.main) buildManPages();
