// build/man: saker(8), saker.yaml(5), saker-rules(5) and saker-fields(7), from the tables that the program reads and from
// docs/. What is written once stays true; scripts/man/roff.ts knows how man(7) spells it.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ERRORS } from '../src/base/errors.ts';
import { spelled } from '../src/cli/help.ts';
import { USAGE } from '../src/cli/run.ts';
import { COMMAND_LINES } from './command-line.ts';
import { fromMarkdown, fromYaml, heading, inline, page, plain, seeAlso, term, verbatim } from './man/roff.ts';
import { exitCodes } from './reference/errors.ts';
import { fieldsOf, GROUPS, NOTES, notes, TYPES, typeOf, written } from './reference/fields.ts';
import { root, writeIfOther } from './run.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export function sakerPage(): string {
  const commands = COMMAND_LINES.flatMap(({ name, about }) => ['.TP', `.B ${name}`, plain(about)]);
  const options = COMMAND_LINES.filter(({ name }) => name !== 'run').flatMap(({ name, options }) => [
    heading(`saker ${name}`),
    ...options.flatMap((option) => term(spelled(option.long, option), option.about)),
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
    '.SH OPTIONS',
    heading('saker run'),
    ...verbatim(USAGE.trimEnd().split('\n').slice(1)),
    ...options,
    '.SH OPERATION',
    ...fromMarkdown(read('docs/commands.md')),
    '.SH EXIT STATUS',
    ...exitCodes().flatMap(([exit, about]) => term(exit, about)),
    '.SH ERRORS',
    'Messages about the configuration and the kernel end with one of these; what to do about each stands in',
    '/usr/share/doc/saker/docs/reference/errors.md.',
    ...Object.entries(ERRORS).flatMap(([code, { text }]) => term(code, text)),
    '.SH FILES',
    ...FILES.flatMap(([path, about]) => ['.TP', `.I ${plain(path)}`, about]),
    ...seeAlso(['saker.yaml', 5], ['saker-rules', 5], ['saker-fields', 7], ['journalctl', 1]),
    '.PP',
    'The files in /usr/share/doc/saker.',
  ]);
}

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/saker/saker.yaml', 'configuration, with one file more for each purpose in /etc/saker/config.d'],
  ['/usr/share/saker/rules, /etc/saker/rules.d', 'rules of the package, rules of this host'],
  ['/var/log/saker/alerts.json', 'alerts'],
  ['/var/lib/saker', 'alerts that wait for a server, and what one run tells the next'],
  ['/run/saker/control.sock', 'what status, top, doctor and support ask'],
];

export function configurationPage(): string {
  return page('saker.yaml', 5, 'configuration of saker', [
    '.SH SYNOPSIS',
    '.I /etc/saker/saker.yaml',
    '.SH DESCRIPTION',
    ...fromYaml(read('packaging/etc/saker.yaml')),
    ...seeAlso(['saker', 8], ['saker-rules', 5]),
  ]);
}

export function rulesPage(): string {
  return page('saker-rules', 5, 'rules files of saker', [
    '.SH SYNOPSIS',
    '.I /usr/share/saker/rules/*.yaml',
    '.br',
    '.I /etc/saker/rules.d/*.yaml',
    '.SH DESCRIPTION',
    ...fromMarkdown(read('docs/rules.md')),
    '.SH TESTS',
    ...fromMarkdown(read('docs/rule-tests.md')),
    ...seeAlso(['saker', 8], ['saker-fields', 7], ['saker.yaml', 5]),
  ]);
}

export function fieldsPage(): string {
  const groups = Object.entries(GROUPS).flatMap(([group, about]) => [
    heading(`${group}: ${about}`),
    ...fieldsOf(group).flatMap((field) => {
      const said = [field.meaning, ...notes(field)].join('; ');
      return ['.TP', `.BR ${plain(written(field))} " (${typeOf(field)})"`, inline(said.replaceAll('`', "'"))];
    }),
  ]);
  return page('saker-fields', 7, 'fields of events in rules of saker', [
    '.SH DESCRIPTION',
    'What conditions and outputs of rules may name. A field without a value for an event makes every comparison with it',
    'false. Arguments stand in brackets: N a number, NAME and KEY a name; in parentheses they may be left out.',
    '.SH TYPES',
    ...Object.entries(TYPES).flatMap(([type, about]) => term(type, about)),
    '.SH NOTES',
    ...Object.entries(NOTES).flatMap(([note, about]) => term(note, about)),
    '.SH FIELDS',
    ...groups,
    ...seeAlso(['saker', 8], ['saker-rules', 5]),
  ]);
}

/** Every page by its file. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'saker.8': sakerPage,
  'saker.yaml.5': configurationPage,
  'saker-rules.5': rulesPage,
  'saker-fields.7': fieldsPage,
};

/** Makes the pages, compressed without name and time as Debian wants them. */
export function buildManPages(): void {
  mkdirSync(join(root, 'build/man'), { recursive: true });
  for (const [name, make] of Object.entries(PAGES))
    writeIfOther(join(root, 'build/man', `${name}.gz`), gzipSync(make(), { level: 9 }));
}

if (import.meta.main) buildManPages();
