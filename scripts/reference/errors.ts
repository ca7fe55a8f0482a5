import { ERRORS, type ErrorCode, EXIT_CODE } from '../../src/base/errors.ts';
import {
  LINTS,
  ERRORS as RULES_ERRORS,
  type ErrorCode as RulesError,
  WARNINGS,
} from '../../src/rules/file/codes.ts';
import { code, page, table } from './markdown.ts';
import { REMEDIES, RULES_REMEDIES } from './remedies.ts';

const KINDS: Readonly<Record<keyof typeof EXIT_CODE, string>> = {
  rules: 'rules are invalid or cannot be read',
  config: 'the configuration is invalid or cannot be read',
  usage: 'the command line is wrong',
  kernel: 'the kernel cannot',
  permission: 'a right is missing',
  internal: 'a fault in saker',
};

/** Exit codes and what they say; several kinds of mistakes may have the same. */
export function exitCodes(): [string, string][] {
  const said = new Map([['0', 'all well, warnings included']]);
  for (const [kind, about] of Object.entries(KINDS)) {
    const exit = String(EXIT_CODE[kind as keyof typeof EXIT_CODE]);
    said.set(exit, said.has(exit) ? `${said.get(exit)}; ${about}` : about);
  }
  return [...said];
}

function settings(): string[][] {
  return (Object.keys(ERRORS) as ErrorCode[]).map((name) => {
    const { kind, text } = ERRORS[name];
    const exit = name.startsWith('SAKER_W_') ? 'goes on' : String(EXIT_CODE[kind]);
    const { cause, remedy } = REMEDIES[name];
    return [code(name), exit, `**${text}.** ${cause}`, remedy];
  });
}

function rulesErrors(): string[][] {
  return (Object.keys(RULES_ERRORS) as RulesError[]).map((name) => {
    const { cause, remedy } = RULES_REMEDIES[name];
    return [code(name), `**${RULES_ERRORS[name]}.** ${cause}`, remedy];
  });
}

export function errorsReference(): string {
  return page(
    'Errors',
    'errors.ts',
    'Codes are stable: a message may be worded anew, its code stays, and a code that is retired is not used again. What is ' +
      'wrong on a machine without any message: [troubleshooting](../troubleshooting.md).',
    '## Exit codes',
    table(['code', ''], exitCodes()),
    '## Start, configuration, kernel',
    'Shown in brackets at the end of a message.',
    table(['code', 'exit', 'what and why', 'what to do'], settings()),
    '## Rules: errors',
    'Of `saker check`, with exit code 1. Names and short texts are those that Falco prints.',
    table(['code', 'what and why', 'what to do'], rulesErrors()),
    '## Rules: warnings',
    'The rule is loaded, unless the text says otherwise.',
    table(
      ['code', ''],
      Object.entries(WARNINGS).map(([name, { short, long }]) => [code(name), `**${short}.** ${long}`]),
    ),
    '## Rules: lints',
    'What is valid and seldom meant; only saker tells of it, and not with `--compat falco`.',
    table(
      ['code', ''],
      Object.entries(LINTS).map(([name, text]) => [code(name), text]),
    ),
  );
}
