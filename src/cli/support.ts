/**
 * `saker support`: one JSON object with everything a helper asks for, and no secret. `saker run --support` prints the
 * part that Falco prints, under Falco's keys.
 */
import { readFileSync } from 'node:fs';
import { arch, hostname, version as kernelVersion, release, type } from 'node:os';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { CONTROL_SOCKET } from '../agent/control.ts';
import type { SettingsSource } from '../agent/settings.ts';
import type { AgentStatus } from '../agent/status.ts';
import { EXIT_CODE, formatProblem } from '../base/errors.ts';
import { printable, printableJson } from '../base/printable.ts';
import { VERSION } from '../base/version.ts';
import {
  type Config,
  configPath,
  DEFAULTS,
  loadConfig,
  readRulesFiles,
  redactConfig,
  scrub,
  secretValues,
  shownArguments,
} from '../config/index.ts';
import { askAgent, whyNoAnswer } from './agent-client.ts';
import { diagnose } from './doctor/index.ts';
import type { Io } from './io.ts';
import { lastMessages } from './journal-messages.ts';
import { OPTIONS } from './options.ts';

const USAGE = 'usage: saker support [-c FILE]';
const LOG_LINES = 300;

/** `saker support [-c FILE]`. It never fails because something is broken: that is what it is for. */
export async function supportCommand(
  args: readonly string[],
  io: Io,
  socket = CONTROL_SOCKET,
): Promise<number> {
  let configFile: string | undefined;
  try {
    configFile = parseArgs({ args: [...args], options: OPTIONS.support }).values.config;
  } catch (error) {
    io.err(`saker support: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const source = { configFile: configPath(configFile), overrides: [], rulesFiles: null, env: process.env };
  const { config, problems } = loadConfig({ file: source.configFile, env: source.env });
  const secrets = secretValues(config ?? DEFAULTS);
  const status = await answer<AgentStatus>(socket, '/status');
  const bundle = {
    ...falcoKeys(source, config, commandLine(status)),
    config_problems: problems.map(formatProblem),
    status,
    top: await answer(socket, '/top'),
    doctor: await diagnose({ configFile: source.configFile, socket }),
    log: await lastMessages(LOG_LINES),
  };
  io.out(`${printableJson(JSON.stringify(clean(bundle, secrets)))}\n`);
  return 0;
}

/** `saker run --support`. */
export function falcoSupport(source: SettingsSource, io: Io): number {
  const { config } = loadConfig({ file: source.configFile, overrides: source.overrides, env: source.env });
  const bundle = falcoKeys(source, config, process.argv.slice(2));
  io.out(`${printableJson(JSON.stringify(clean(bundle, secretValues(config ?? DEFAULTS))))}\n`);
  return 0;
}

/** Falco's keys: https://falco.org/docs/ (`falco --support`). */
function falcoKeys(
  { rulesFiles, configFile }: SettingsSource,
  config: Config | null,
  args: readonly string[],
) {
  const paths = rulesFiles ?? (config ?? DEFAULTS).rules_files;
  const { files, unreadable } = readRulesFiles(paths, rulesFiles !== null);
  return {
    version: VERSION,
    engine_info: { node: process.version, v8: process.versions.v8 },
    system_info: {
      sysname: type(),
      nodename: hostname(),
      release: release(),
      version: kernelVersion(),
      machine: arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
    },
    cmdline: ['saker', ...shownArguments(args)].join(' '),
    config_file: configFile,
    config: config === null ? null : stringify(redactConfig(config)),
    rules_files: [
      ...files.map(({ name, content }) => ({ name, variants: [{ content }] })),
      ...unreadable.map(({ name, reason }) => ({ name, error: reason })),
    ],
  };
}

/** What the agent says, or why it does not. */
async function answer<T>(socket: string, path: string): Promise<T | { readonly error: string }> {
  try {
    return JSON.parse(await askAgent(socket, path)) as T;
  } catch (error) {
    return { error: whyNoAnswer(error as NodeJS.ErrnoException, socket).text };
  }
}

/** The agent's, or, without one, this program's. */
function commandLine(status: AgentStatus | { readonly error: string }): string[] {
  if (!('pid' in status) || !Number.isSafeInteger(status.pid)) return process.argv.slice(2);
  try {
    return readFileSync(`/proc/${status.pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
  } catch {
    return [];
  }
}

/** All texts of a value without secrets; names too, since a map's keys may come from a file. */
function clean(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return scrub(value, secrets);
  if (Array.isArray(value)) return value.map((one) => clean(one, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [scrub(key, secrets), clean(one, secrets)]),
  );
}
