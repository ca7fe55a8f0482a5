/**
 * In: the main configuration file, the files it names, `-o` arguments and the environment. Out: one frozen Config
 * or the list of everything wrong. No side effects, so a reload may read beside a running service and keep the old
 * configuration when the new one is bad. Runs on the main thread, at start and at reload.
 */
export { DEFAULTS } from './defaults.ts';
export { parseDuration } from './duration.ts';
export { type ConfigFiles, configPath, DEFAULT_CONFIG, diskFiles } from './files.ts';
export { configSchema } from './json-schema.ts';
export { type ConfigResult, type ConfigSources, loadConfig } from './load.ts';
export { listenHost } from './observation-checks.ts';
export type { Env } from './parse.ts';
export { type RulesText, readRulesFiles, type Unreadable } from './rules-files.ts';
export { type Config, SCHEMA } from './schema.ts';
export { redactConfig, scrub, secretValues, shownArguments } from './secrets.ts';
