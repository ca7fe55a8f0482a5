import type { Priority } from '../base/alert.ts';
import type { Problem } from '../base/errors.ts';
import { type Config, loadConfig, readRulesFiles, type Unreadable } from '../config/index.ts';
import { type RulesInput, TABLE_LIMITS, type WatchPlan } from '../engine/messages.ts';
import { readMachine } from '../host/index.ts';
import { noiseInput } from './noise.ts';

/** Where the agent's settings come from; the same at start and at every reload. */
export interface SettingsSource {
  /** Main configuration file, null for defaults alone. */
  readonly configFile: string | null;
  /** `-o key=value`, in order. */
  readonly overrides: readonly string[];
  /** `-r`: rules files or directories in place of the configured ones; null uses the configuration's. */
  readonly rulesFiles: readonly string[] | null;
  readonly env: NodeJS.ProcessEnv;
}

export interface Settings {
  readonly config: Config;
  readonly rules: RulesInput;
  /** Files and directories of the configuration, those that do not exist included. */
  readonly configFiles: readonly string[];
}

export interface SettingsResult {
  /** null when something is wrong that must not be ignored. */
  readonly settings: Settings | null;
  readonly problems: readonly Problem[];
  /** Files and directories to watch. */
  readonly paths: readonly string[];
}

/**
 * Reads the configuration and the rules files it names; whether those are valid the engine says. No side effects: a
 * reload calls it beside a running engine.
 */
export function loadSettings(source: SettingsSource): SettingsResult {
  const { config, problems, paths } = loadConfig({
    file: source.configFile,
    overrides: source.overrides,
    env: source.env,
  });
  if (config === null) return { settings: null, problems, paths };
  const rulesPaths = source.rulesFiles ?? config.rules_files;
  const { files, unreadable, absent } = readRulesFiles(rulesPaths, source.rulesFiles !== null);
  return {
    settings:
      unreadable.length > 0
        ? null
        : { config, rules: rulesInput(config, files, source.configFile), configFiles: paths },
    problems: [...problems, ...unreadable.map(unreadableRules), ...absent.map(absentRules)],
    paths: [...paths, ...rulesPaths],
  };
}

function absentRules(file: string): Problem {
  return {
    code: 'SAKER_W_RULES',
    file,
    line: null,
    column: null,
    what: 'there are no rules at this path',
    advice: 'create it, or take it out of rules_files',
  };
}

function unreadableRules({ name, reason }: Unreadable): Problem {
  return {
    code: 'SAKER_E_RULES_READ',
    file: name,
    line: null,
    column: null,
    what: `cannot read the rules: ${reason}`,
    advice: 'name a YAML file or a directory of such files that saker may read',
  };
}

function rulesInput(config: Config, files: RulesInput['files'], configFile: string | null): RulesInput {
  return {
    files,
    compat: config.compat,
    minimumPriority: config.priority,
    matching: config.rule_matching,
    selection: config.rules,
    appendOutput: config.append_output,
    buffersBase64: config.buffer_format_base64,
    staticFields: config.static_fields,
    format: {
      hostname: readMachine().hostname,
      timeFormatIso8601: config.time_format_iso_8601,
      includeOutput: config.json_include_output_property,
      includeMessage: config.json_include_message_property,
      includeOutputFields: config.json_include_output_fields_property,
      includeTags: config.json_include_tags_property,
    },
    noise: noiseInput(config, configFile),
    syscalls: {
      all: config.base_syscalls.all,
      customSet: config.base_syscalls.custom_set,
      dropFailed: config.engine.modern_ebpf.drop_failed_exit,
    },
  };
}

/** The engine's bounds; `thread_table_size: 0` is Falco's word for its default. */
export function engineLimits({
  container_engines,
  falco_libs: libs,
}: Config): Pick<WatchPlan, 'holdMs' | 'processes'> {
  const processes = {
    most: libs.thread_table_size || TABLE_LIMITS.most,
    purgeEveryNs: libs.thread_table_auto_purging_interval_s * 1e9,
    purgeAfterNs: libs.thread_table_auto_purging_thread_timeout_s * 1e9,
  };
  return { holdMs: container_engines.hold_ms, processes };
}

/** falco.yaml's log levels are lower case; the agent's log names them as alerts do. */
export function logPriority(level: Config['log_level']): Priority {
  return level === 'info' ? 'Informational' : ((level[0]!.toUpperCase() + level.slice(1)) as Priority);
}

/** Keys that a reload puts into force; all others wait for a restart. */
const RELOADED: ReadonlySet<string> = new Set([
  ...['webserver', 'metrics'],
  ...[
    'config_files',
    'rules_files',
    'compat',
    'rules',
    'rule_matching',
    'priority',
    'append_output',
    'static_fields',
    'noise_control',
    'base_syscalls',
  ],
  ...[
    'buffer_format_base64',
    'time_format_iso_8601',
    'json_include_output_property',
    'json_include_message_property',
  ],
  ...['json_include_output_fields_property', 'json_include_tags_property'],
  ...[
    'json_output',
    'buffered_outputs',
    'outputs_queue',
    'output_timeout',
    'stdout_output',
    'journal_output',
  ],
  ...['syslog_output', 'file_output', 'program_output', 'http_output', 'targets', 'spool'],
]);

/** Keys whose value differs from the running one and that only a restart applies. */
export function keysForRestart(running: Config, wanted: Config): string[] {
  const ofStart = (config: Config, key: keyof Config): string =>
    JSON.stringify(key === 'engine' ? { ...config.engine, modern_ebpf: ringOf(config) } : config[key]);
  return (Object.keys(wanted) as (keyof Config)[]).filter(
    (key) => !RELOADED.has(key) && ofStart(running, key) !== ofStart(wanted, key),
  );
}

/** `drop_failed_exit` beside it takes effect with the rules. */
const ringOf = ({ engine }: Config): number => engine.modern_ebpf.buf_size_preset;
