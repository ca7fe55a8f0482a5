import { release } from 'node:os';
import { parseArgs } from 'node:util';
import type { AgentOptions } from '../agent/options.ts';
import { runAgent } from '../agent/run.ts';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { VERSION } from '../base/version.ts';
import { configPath, configSchema, DEFAULT_CONFIG } from '../config/index.ts';
import { openNative } from '../kernel/index.ts';
import { rulesSchema } from '../rules/file/schema.ts';
import { checkCommand } from './check.ts';
import { listEvents, listIgnored } from './events.ts';
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
  'rule-schema': { type: 'boolean' },
  'list-events': { type: 'boolean' },
  'ignored-events': { type: 'boolean', short: 'i' },
  'page-size': { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
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
  -v            the agent's own log in full (log_level: debug)
  --dry-run     check configuration and rules, then stop
  -V FILE       check rules files and stop (saker check)
  -L, -l RULE   describe all rules or one and stop (saker rules)
  --config-schema  print the configuration's JSON schema and stop
  --rule-schema  print the JSON schema of rules files and stop
  --support     print version, configuration and rules as one JSON, without secrets, and stop
  -p OUTPUT     fields or text to put behind the output of every rule, or c for container fields, k for those and
                the pod's; append_output can say of which
  --list        list fields and stop (saker fields)
  --list-events  list events and their arguments and stop
  -i            list events that a rule sees only if it names them and stop
  -N            with --list or --list-events: names alone
  --format FORM  with --list or --list-events: text, markdown or json
  --page-size   print the size of a memory page in bytes and stop
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
  if (values['rule-schema']) return print(io, `${JSON.stringify(rulesSchema(), null, 2)}\n`);
  if (values['list-events']) return eventsList(values, json.length > 0, io);
  if (values['ignored-events']) return print(io, listIgnored());
  if (values['page-size']) return print(io, `${openNative().saker_page_size()}\n`);
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

function eventsList({ names = false, format = 'text' }: Values, json: boolean, io: Io): number {
  const list = listEvents(json ? 'json' : format, names);
  if (list !== null) return print(io, list);
  io.err(`saker: there is no format ${printable(format)} — text, markdown or json\n`);
  return EXIT_CODE.usage;
}

const CONTAINER = 'container_id=%container.id container_name=%container.name';
const POD = `${CONTAINER} k8s_ns_name=%k8s.ns.name k8s_pod_name=%k8s.pod.name`;
/** Falco's words for outputs that many use. */
const KNOWN_OUTPUTS = new Map([
  ['c', CONTAINER],
  ['container', CONTAINER],
  ['k', POD],
  ['kubernetes', POD],
]);

/** -p is Falco's older form of append_output. */
function appended(output: string | undefined): string[] {
  if (output === undefined) return [];
  return [`append_output[]=${JSON.stringify({ extra_output: KNOWN_OUTPUTS.get(output) ?? output })}`];
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
    overrides: [
      ...(values.verbose ? ['log_level=debug'] : []),
      ...(values.option ?? []),
      ...appended(values.print),
    ],
    rulesFiles: values.rules ?? null,
    env: process.env,
    dryRun: values['dry-run'] ?? false,
    stopAfterS: stopAfter === undefined ? null : Number(stopAfter),
    pidFile: values.pidfile ?? null,
  };
}
