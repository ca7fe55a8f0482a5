/**
 * Throws text at the condition language: noise, soup of its own tokens, and valid conditions damaged in places. Whatever
 * comes, the parser and the checker answer, what parses prints, what checks compiles and runs.
 *
 *   node test/fuzz/conditions.ts [inputs] [seed]      default 1,000,000 inputs, seed 1
 *
 * Prints the number of inputs by outcome and the slowest one (CPU time); exits 1 at the first crash with the text that did it.
 */
import { compileRules } from '../../src/rules/compile/index.ts';
import { checkCondition, parseCondition, printCondition } from '../../src/rules/condition/index.ts';
import { factEvent, factMapSource } from '../../src/rules/fact-map.ts';
import { syscallCatalogue } from '../../src/schema/fields.ts';
import { createRandom, type Random, randomCondition, randomEvent } from './random-conditions.ts';

const TOKENS = [
  ...'()[]"\',=<>!. \t\n\\'.split(''),
  'and ',
  'or ',
  'not ',
  'exists',
  ' in ',
  ' = ',
  ' != ',
  ' contains ',
  ' pmatch ',
  ' regex ',
  ' glob ',
  ' oneof ',
  ' allof (',
  'evt.type',
  'proc.name',
  'proc.aname[2]',
  'evt.arg.flags',
  'fd.net',
  'fd.port',
  'evt.buffer',
  'fd.num',
  'macro_name',
  'tolower(',
  'val(',
  'join(',
  'getopt((',
  'concat(',
  'len(',
  '"x"',
  '10.0.0.0/8',
  '-1',
  '0x1f',
  '1e+9',
  '\\x00',
  '\\xff',
  '\u2028',
  '\ud800',
  '\0',
  `$\{x}`,
  '`',
  '*/',
  '//',
  '__proto__',
  'constructor.name',
  '[[:alpha:',
  '(((a*)*)*)*b',
  '%s',
];

function noise(random: Random): string {
  return String.fromCharCode(
    ...Array.from({ length: random(60) }, () => random(random(8) === 0 ? 65536 : 128)),
  );
}

function soup(random: Random): string {
  return Array.from({ length: 1 + random(30) }, () => TOKENS[random(TOKENS.length)]!).join('');
}

function damaged(random: Random): string {
  let text = randomCondition(random, 2);
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(text.length + 1);
    const piece = random(2) === 0 ? TOKENS[random(TOKENS.length)]! : '';
    text = text.slice(0, at) + piece + text.slice(at + random(4));
  }
  return text;
}

export type Outcome = 'refused by the parser' | 'refused by the checker' | 'compiled';

/** Runs one text through everything it reaches. Throws when something breaks. */
export function tryText(text: string, random: Random): Outcome {
  const parsed = parseCondition(text);
  if (!parsed.ok) {
    const { offset, line, column } = parsed.error;
    if (offset < 0 || offset > text.length || line < 1 || column < 1)
      throw new Error('position outside of the text');
    return 'refused by the parser';
  }
  printCondition(parsed.ast);
  const checked = checkCondition(parsed.ast, syscallCatalogue);
  if (!checked.ok) return 'refused by the checker';
  const event = factEvent(randomEvent(random));
  compileRules([checked.condition], factMapSource, { matching: 'all', generate: random(64) === 0 }).match(
    event.typeId,
    event,
    new Int32Array(1),
  );
  return 'compiled';
}

export function fuzzConditions(inputs: number, seed: number) {
  const random = createRandom(seed);
  const makers = [noise, soup, damaged, damaged];
  const outcomes: Record<Outcome, number> = {
    'refused by the parser': 0,
    'refused by the checker': 0,
    compiled: 0,
  };
  let slowestMs = 0;
  let slowest = '';
  for (let count = 0; count < inputs; count++) {
    const text = makers[count % makers.length]!(random);
    const start = process.threadCpuUsage().user;
    try {
      outcomes[tryText(text, random)]++;
    } catch (error) {
      throw new Error(`input ${JSON.stringify(text)}`, { cause: error });
    }
    const took = (process.threadCpuUsage().user - start) / 1000;
    if (took > slowestMs) [slowestMs, slowest] = [took, text];
  }
  return { outcomes, slowestMs, slowest };
}

if (process.argv[1] === import.meta.filename) {
  const inputs = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? 1);
  const { outcomes, slowestMs, slowest } = fuzzConditions(inputs, seed);
  process.stdout.write(`${JSON.stringify({ inputs, seed, outcomes, slowestMs, slowest })}\n`);
}
