import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };
import { COMMAND_LINES, WORDS } from '../../../scripts/command-line.ts';
import { FALCO_KEYS } from '../../../scripts/reference/falco-defaults.ts';
import { allOptions } from '../../../scripts/reference/options.ts';
import { ERRORS } from '../../../src/base/errors.ts';
import { LINTS, ERRORS as LOAD_ERRORS, WARNINGS } from '../../../src/rules/file/codes.ts';
import { loadRules } from '../../../src/rules/index.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';
import { blocksOf, commandsOf, isOfNow, PAGES, read, spansOf } from './pages.ts';

const pages = PAGES.filter(isOfNow);

/** What is wrong with a command line, or null. */
function mistakeIn(line: string): string | null {
  const words = line.replace(/[[\]]/g, '').split(' ').slice(1);
  const [first = ''] = words;
  // A word in capitals stands for any command.
  if (first === '' || /^[A-Z]+$/.test(first) || WORDS.some(({ name }) => name === first)) return null;
  const isFlag = first.startsWith('-');
  const command = COMMAND_LINES.find(({ name }) => name === (isFlag ? 'run' : first));
  if (command === undefined) return `there is no command ${first}`;
  const flags = words.flatMap((word) => /^(--?[a-zA-Z][\w-]*)/.exec(word)?.[1] ?? []);
  const known = command.options.flatMap(({ long, short }) =>
    short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`],
  );
  const wrong = flags.find((flag) => !known.includes(flag) && flag !== '--help');
  return wrong === undefined ? null : `${command.name} has no option ${wrong}`;
}

for (const path of pages)
  test(`commands and options that ${path} names exist`, () => {
    for (const line of commandsOf(read(path))) assert.equal(mistakeIn(line), null, line);
  });

const wrong = ['saker sttus', 'saker status --jsn', 'saker -Q', 'saker alerts --pri Error'];
for (const line of wrong) test(`a mistake is found: ${line}`, () => assert.notEqual(mistakeIn(line), null));

const options = [...allOptions().map(({ path }) => path), ...Object.keys(FALCO_KEYS)].map((path) =>
  path.replaceAll('[]', ''),
);
const sections = new Set(options.map((path) => path.split('.', 1)[0]!));
const groups = new Set(syscallCatalogue.fields.map(({ name }) => name.split('.', 1)[0]!));
/** Files and services look like dotted names. */
const ENDINGS = /\.(ts|md|js|json|jsonl|yaml|yml|conf|service|pem|txt|h|c|d|max|sh|test)$/;

/** What is wrong with a span that looks like a key of the configuration or a field, or null. */
function misnamed(span: string): string | null {
  const word = /^(\w+(?:\.\w+)+)(\[[^\]]*\])?(: |$| [=!<]| exists$| in )/.exec(span)?.[1];
  if (word === undefined || ENDINGS.test(word)) return null;
  const start = word.split('.', 1)[0]!;
  if (sections.has(start) && !options.some((path) => path === word || path.startsWith(`${word}.`)))
    return `no key ${word}`;
  if (groups.has(start) && syscallCatalogue.resolve(word, null) === undefined && !sections.has(start))
    return `no field ${word}`;
  return null;
}

for (const path of pages)
  test(`keys and fields that ${path} names exist`, () => {
    for (const span of spansOf(read(path))) assert.equal(misnamed(span), null, span);
  });

const misspelt = ['spool.max_size', 'http_output.uri', 'proc.nme', 'fd.namee = x', 'webserver.port: 1'];
for (const span of misspelt) test(`a mistake is found: ${span}`, () => assert.notEqual(misnamed(span), null));

const codes: Readonly<Record<string, unknown>> = { ...ERRORS, ...LOAD_ERRORS, ...WARNINGS, ...LINTS };
const metrics = read('docs/metrics.md');
for (const path of pages)
  test(`codes and metrics that ${path} names exist`, () => {
    for (const [code] of read(path).matchAll(/\b(SAKER_[EW]|LOAD|LINT)_[A-Z_]+[A-Z]\b/g))
      assert.ok(Object.hasOwn(codes, code), code);
    for (const span of spansOf(read(path)))
      if (/^saker_[a-z_]+$/.test(span)) assert.ok(metrics.includes(`\`${span}\``), span);
  });

for (const path of pages)
  test(`rules that ${path} shows are valid`, () => {
    const rules = blocksOf(read(path), 'yaml').filter((block) => /^- (rule|list|macro):/m.test(block));
    if (rules.length === 0) return;
    // One after the other, as files would be: later ones change earlier ones.
    const files = rules.map((text, at) => ({ name: `${path} ${at + 1}`, content: text }));
    const result = loadRules(files, { compat: 'saker' });
    assert.deepEqual(
      result.files.flatMap(({ errors, lints }) => [...errors, ...lints].map(({ message }) => message)),
      [],
    );
  });

for (const path of pages)
  test(`scripts that ${path} runs by npm exist`, () => {
    for (const [, name = ''] of read(path).matchAll(/\bnpm (?:run )?(start|test|(?<=run )\w+)\b/g))
      assert.ok(Object.hasOwn(manifest.scripts, name), `npm ${name}`);
  });
