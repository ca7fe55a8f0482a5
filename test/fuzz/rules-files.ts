import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FactEvent, factEvent, factMapSource } from '../../src/rules/fact-map.ts';
import { describe } from '../../src/rules/file/describe.ts';
import { fileJson, fileText } from '../../src/rules/file/index.ts';
import { INTERNAL } from '../../src/rules/file/load.ts';
import { parseAnyYaml } from '../../src/rules/file/yaml.ts';
import { parsePlainYaml } from '../../src/rules/file/yaml-plain.ts';
import { compileOutput, loadRules } from '../../src/rules/index.ts';

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same files. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** What the contract cases hold little of: anchors, tags, several documents, block styles, other alphabets. */
const YAML_SEEDS = [
  `%YAML 1.2\n---\n- &names !!seq\n  list: l\n  items: &i [a, "b c", 'd''e', !!str f]\n- list: m\n  items: *i\n...\n---\n- macro: o\n  condition: &c evt.type in (open, openat)\n- rule: r\n  desc: &d |-\n    two\n    lines\n  condition: *c\n  output: >+\n    folded %proc.name\n    text\n\n  priority: INFO\n`,
  `? rule\n: r1\n? condition\n: evt.type = open and proc.name in (l)\n`,
  `- {rule: "r\\u00fc\\x41\\U0001F4A5", desc: d, condition: "evt.type=open and\\\n  proc.name = \\"ü\\"", output: 'o %proc.name', priority: error, tags: [ü, 日本]}\n`,
  `\ufeff# comment\r\n- rule: r1\r\n  desc: Über 💥\r\n  condition: >\r\n    evt.type = open\r\n    and fd.name = /tmp/日本\r\n  output: "%10fd.name %tolower(proc.name) %evt.arg.flags"\r\n  priority: NOTICE\r\n  exceptions:\r\n    - name: e\r\n      fields: [proc.name, fd.name]\r\n      comps: [=, startswith]\r\n      values: &v\r\n        - [a, /x]\r\n        - ["b c", '/ü (y)']\r\n- rule: r1\r\n  exceptions: [{name: e, values: *v}]\r\n  override: {exceptions: append}\r\n`,
  `<<: *a\n- !<tag:example.com,2000:x> {list: &a l, items: [!!int 1, !!null '', !local x, *a]}\n- {<<: *a, macro: m, condition: !!str evt.type=open}\n`,
];

/** Valid and invalid rules files, the contract cases first: where mutations start. */
export function seedFiles(): string[] {
  const contract = join(import.meta.dirname, '../contract');
  const cases = ['peers/rules_load_unit.json', 'rules_load_probes.json'].flatMap((name) =>
    (JSON.parse(readFileSync(join(contract, name), 'utf8')) as { content: string }[]).map(
      ({ content }) => content,
    ),
  );
  // A tenth of all starts, though few of the texts.
  return [...cases, ...Array.from({ length: 3 }, () => YAML_SEEDS).flat()];
}

const PIECES = [
  ...'[]{}:,-?#&*!|>%@`"\'\\()<=~ \t\n\r',
  '\u0000',
  '\u0007',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ud800',
  'ü',
  '💥',
  '- rule: r1\n',
  '- macro: m\n',
  '- list: l\n',
  '  condition: ',
  '  items: [',
  '  output: "',
  '  override: {',
  '  exceptions:\n',
  '  append: true\n',
  '  enabled: no\n',
  '  tags: [a]\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '&a ',
  '*a',
  '<<: ',
  '!!set ',
  '!!omap ',
  '!!binary ',
  '!!str ',
  '! ',
  '!x ',
  '!=',
  '? ',
  ' and ',
  ' or ',
  'not ',
  ' in (',
  ' = ',
  ' != ',
  ' startswith oneof (',
  'val(',
  'tolower(',
  'join(",", (',
  'evt.type = open',
  'proc.aname[2]',
  '%proc.name',
  '%10',
  '%evt.arg[',
  '"a\\"b"',
  '__proto__',
  'constructor',
  'toString',
  '9007199254740993',
  '-1',
  '0x10',
];

/** One file made of a seed: pieces put in, cut out, doubled, moved, or of another seed. */
export function mutate(seeds: readonly string[], random: () => number): string {
  const at = (length: number): number => Math.floor(random() * length);
  const pick = <T>(list: readonly T[]): T => list[at(list.length)]!;
  if (random() < 0.02) {
    return String.fromCharCode(...Array.from({ length: at(400) }, () => at(random() < 0.8 ? 128 : 0x1_0000)));
  }
  let text = random() < 0.05 ? '' : pick(seeds);
  for (let round = 1 + at(6); round > 0; round--) {
    const from = at(text.length + 1);
    const to = Math.min(text.length, from + at(random() < 0.5 ? 8 : 80));
    const cut = text.slice(from, to);
    const kind = at(6);
    if (kind === 0) text = text.slice(0, from) + pick(PIECES) + text.slice(from);
    else if (kind === 1) text = text.slice(0, from) + text.slice(to);
    else if (kind === 2) text = text.slice(0, from) + cut.repeat(1 + at(4)) + text.slice(from);
    else if (kind === 3) text = text.slice(0, from) + pick(PIECES) + text.slice(to);
    else if (kind === 4) text += pick(seeds);
    else {
      const other = pick(seeds);
      const start = at(other.length);
      text = text.slice(0, from) + other.slice(start, start + at(60)) + text.slice(from);
    }
  }
  return text;
}

const EVENT: FactEvent = factEvent({
  'evt.type': 'open',
  'proc.name': 'a"\n\u001b[2Jb\u2028',
  'proc.cmdline': '\ud800\u0000',
  'fd.name': '/etc/\r\nfake',
});

/**
 * Whether our own reader takes a text. What it takes, the library must read alike.
 * @throws AssertionError when they differ
 */
export function checkYaml(content: string): boolean {
  const plain = parsePlainYaml(content);
  if (plain === null) return false;
  assert.deepStrictEqual({ documents: [plain] }, parseAnyYaml(content));
  return true;
}

/**
 * Loads one file every way a user may and checks what must hold for any content.
 * @throws Error naming what does not hold
 */
export function checkFile(content: string): void {
  for (const compat of ['saker', 'falco'] as const) {
    const result = loadRules([{ name: 'f.yaml', content }], { compat });
    const file = result.files[0]!;
    if (file.errors.some(({ message }) => message.startsWith(INTERNAL)))
      throw new Error(file.errors[0]!.message);
    if (result.ok !== (file.errors.length === 0)) throw new Error('ok and errors disagree');
    if (compat === 'falco' && file.errors.length > 1) throw new Error('more than one error under compat');
    JSON.parse(JSON.stringify(fileJson(file)));
    for (const numbering of ['people', 'falco'] as const) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the question
      if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/.test(fileText(file, numbering))) {
        throw new Error('a control character in the report');
      }
    }
    for (const { context } of [...file.errors, ...file.warnings, ...file.lints]) {
      const { line, column, offset } = context.place;
      if (!(line >= 0 && column >= 0 && offset >= 0 && offset <= content.length))
        throw new Error('a place outside');
    }
    if (!result.ok) continue;
    JSON.stringify(describe(result));
    for (const rule of result.rules) {
      const output = compileOutput(rule.outputFormat, factMapSource);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the question
      if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(output.text(EVENT)))
        throw new Error('an alert line breaks');
      output.fields(EVENT);
    }
  }
}

function main(): void {
  const count = Number(process.argv[2] ?? 100_000);
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
  const random = randomOf(seed);
  const seeds = seedFiles();
  let slowest = 0;
  let plain = 0;
  for (let number = 0; number < count; number++) {
    const content = mutate(seeds, random);
    const start = process.threadCpuUsage().user;
    try {
      if (checkYaml(content)) plain++;
      checkFile(content);
    } catch (error) {
      console.error(`seed ${seed}, file ${number}: ${(error as Error).stack}\n${JSON.stringify(content)}`);
      process.exitCode = 1;
      return;
    }
    slowest = Math.max(slowest, (process.threadCpuUsage().user - start) / 1000);
  }
  console.log(
    `${count} rules files, seed ${seed}: none broke, ${plain} read without the library; slowest ${slowest.toFixed(0)} ms of CPU`,
  );
}

if (import.meta.main) main();
