import { release } from 'node:os';
import { parseArgs } from 'node:util';
import type { AgentOptions } from '../agent/options.ts';
import { runAgent } from '../agent/run.ts';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { VERSION } from '../base/version.ts';
import { configPath, configSchema, DEFAULT_CONFIG } from '../config/index.ts';
import { checkCommand } from './check.ts';
import { fieldsCommand } from './fields.ts';
import type { Io } from './io.ts';
import { rulesCommand } from './rules.ts';
import { falcoSupport } from './support.ts';

/** A timer of Node holds 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;

/** Falco's flags, and only those that mean the same here. */
export const OPTIONS = {
  config: { type: 'string', short: 'c' },
  rules: { type: 'string', short: 'r', multiple: true },
  option: { type: 'string', short: 'o', multiple: true },
  validate: { type: 'string', short: 'V', multiple: true },
  describe: { type: 'boolean', short: 'L' },
  'describe-rule': { type: 'string', short: 'l' },
  list: { type: 'boolean' },
  names: { type: 'boolean', short: 'N' },
  format: { type: 'string' },
  print: { type: 'string', short: 'p' },
  'config-schema': { type: 'boolean' },
  'stop-after': { type: 'string', short: 'M' },
  unbuffered: { type: 'boolean', short: 'U' },
  pidfile: { type: 'string', short: 'P' },
  'dry-run': { type: 'boolean' },
  support: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const USAGE = `usage: saker run [options]
  -c FILE       configuration (default ${DEFAULT_CONFIG})
  -r PATH       rules file or directory instead of the configured ones; may be repeated
  -o KEY=VALUE  override one key of the configuration; may be repeated
  -M SECONDS    stop after this time
  -P FILE       write the process id to FILE
  -U            accepted for Falco’s sake: alerts are never held back
  --dry-run     check configuration and rules, then stop
  -V FILE       check rules files and stop (saker check)
  -L, -l RULE   describe all rules or one and stop (saker rules)
  --config-schema  print the configuration's JSON schema and stop
  --support     print version, configuration and rules as one JSON, without secrets, and stop
  -p OUTPUT     fields or text to put behind the output of every rule; append_output can say of which
  --list        list fields and stop (saker fields)
  -N            with --list: names alone
  --format FORM  with --list: text, markdown or json
  --version     print the version and stop
  -h            this list
`;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  // Falco's --list takes a source; this is the only one.
  const known = args.map((arg) => (arg === '--list=syscall' ? '--list' : arg));
  return parseArgs({ args: known, options: OPTIONS, allowPositionals: false }).values;
}

/** `saker run`, and bare `saker` with Falco's flags. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let values: Values;
  try {
    values = parse(args);
  } catch (error) {
    io.err(`saker: ${printable((error as Error).message)}\n${USAGE}`);
    return EXIT_CODE.usage;
  }
  const json = (values.option ?? []).some((o) => /^json_output\s*=\s*true$/.test(o)) ? ['--json'] : [];
  if (values.help) return print(io, USAGE);
  if (values.version) return print(io, json.length > 0 ? `${versionJson()}\n` : `saker ${VERSION}\n`);
  if (values['config-schema']) return print(io, `${JSON.stringify(configSchema(), null, 2)}\n`);
  if (values.list) return fieldsCommand([...json, ...listing(values)], io);
  if (values.validate !== undefined) return checkCommand([...values.validate, ...json], io);
  const name = values['describe-rule'];
  if (values.describe || name !== undefined)
    return rulesCommand(
      [...describing(values), ...(name === undefined ? [] : ['--rule', name]), ...json],
      io,
    );
  const options = agentOptions(values);
  if (typeof options === 'string') {
    io.err(`saker: ${options}\n${USAGE}`);
    return EXIT_CODE.usage;
  }
  if (values.support) return falcoSupport(options, io);
  return runAgent(options, io);
}

function listing({ names, format }: Values): string[] {
  return [...(names ? ['--names'] : []), ...(format === undefined ? [] : [`--format=${format}`])];
}

/** As /versions of the web server. */
function versionJson(): string {
  return JSON.stringify({
    saker_version: VERSION,
    node_version: process.versions.node,
    kernel_release: release(),
  });
}

/** What -L and -l take over from the other flags. */
function describing({ config, option = [], rules = [] }: Values): string[] {
  const from = config === undefined ? [] : ['--config', config];
  return [...rules, ...from, ...option.flatMap((one) => ['--option', one])];
}

/** -p is Falco's older form of append_output. */
function appended(output: string | undefined): string[] {
  return output === undefined ? [] : [`append_output[]=${JSON.stringify({ extra_output: output })}`];
}

function print(io: Io, text: string): number {
  io.out(text);
  return 0;
}

/** The agent's options, or what is wrong with the command line. */
function agentOptions(values: Values): AgentOptions | string {
  const stopAfter = values['stop-after'];
  if (stopAfter !== undefined && !(/^\d{1,7}$/.test(stopAfter) && Number(stopAfter) <= MAX_SECONDS))
    return `-M takes whole seconds up to ${MAX_SECONDS}, not "${printable(stopAfter)}"`;
  return {
    configFile: configPath(values.config),
    overrides: [...(values.option ?? []), ...appended(values.print)],
    rulesFiles: values.rules ?? null,
    env: process.env,
    dryRun: values['dry-run'] ?? false,
    stopAfterS: stopAfter === undefined ? null : Number(stopAfter),
    pidFile: values.pidfile ?? null,
  };
}
