/**
 * A rules file of the size and kind of the public ones (93 rules, 350 macros, 160 lists, 220 KB with comments), made
 * of the rules in rule-set.ts: what a first load has to read.
 */
import { ruleTexts } from './rule-set.ts';

const COMMENT = Array.from(
  { length: 6 },
  (_, at) => `# Why this stands here and what it leaves out, in some words, line ${at}.\n`,
).join('');

function list(at: number): string {
  const entry = (n: number) => `item${at}_${n}`;
  if (at % 3 === 0)
    return `- list: names_${at}\n  items: [${Array.from({ length: 6 }, (_, n) => entry(n)).join(', ')}]\n\n`;
  if (at % 3 === 1) {
    return `- list: names_${at}\n  items: [\n${Array.from({ length: 12 }, (_, n) => `    "/usr/bin/${entry(n)}",\n`).join('')}  ]\n\n`;
  }
  return `- list: names_${at}\n  items:\n${Array.from({ length: 5 }, (_, n) => `    - ${entry(n)}\n`).join('')}    - names_${at - 1}\n\n`;
}

function macro(at: number, lists: number): string {
  const before = at % 4 === 3 ? ` or helper_${at - 1}` : '';
  const text = `(proc.name in (names_${at % lists}) and proc.pname startswith "start ${at}")`;
  if (at % 2 === 0) return `- macro: helper_${at}\n  condition: ${text}\n\n`;
  return `- macro: helper_${at}\n  condition: >\n    ${text}\n    or (fd.name startswith /srv/${at}\n       and not proc.cmdline contains "x${at}")${before}\n\n`;
}

function rule(at: number, condition: string): string {
  return `- rule: Synthetic rule number ${at}
  desc: >
    What the rule looks for, in a sentence or two, and when it is noisy. Tune it through the
    macro helper_${at * 3}.
  condition: >
    ${condition.replaceAll(' and ', '\n    and ')}
    and not helper_${at * 3}
    and not helper_${at * 3 + 1}
  output: Something happened (file=%fd.name user=%user.name process=%proc.name parent=%proc.pname command=%proc.cmdline terminal=%proc.tty)
  priority: ${at % 2 ? 'WARNING' : 'NOTICE'}
  tags: [maturity_test, host, container, T${1000 + at}]

`;
}

export function rulesFile(rules = 93): string {
  const lists = Math.round(rules * 1.75);
  const macros = rules * 3 + 70;
  return [
    COMMENT,
    '- required_engine_version: 0.57.0\n\n',
    ...Array.from({ length: lists }, (_, at) => (at % 3 ? '' : COMMENT) + list(at)),
    ...Array.from({ length: macros }, (_, at) => (at % 4 ? '' : COMMENT) + macro(at, lists)),
    ...ruleTexts(rules).map((text, at) => COMMENT + rule(at, text)),
  ].join('');
}
