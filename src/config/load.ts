import { isWarning, type Problem } from '../base/errors.ts';
import { checkConfig } from './checks.ts';
import { containerPlugin } from './container-plugin.ts';
import { DEFAULTS } from './defaults.ts';
import { type ConfigFiles, diskFiles } from './files.ts';
import { FORMER_KEYS } from './former.ts';
import { NOT_USED } from './later.ts';
import { merge, STRATEGIES, type Strategy } from './merge.ts';
import { checkObservation } from './observation-checks.ts';
import { override } from './override.ts';
import { type Env, parseFile } from './parse.ts';
import { type Config, SCHEMA } from './schema.ts';
import { sensitiveLines, withoutSecrets } from './secrets.ts';
import { ShapeReader } from './shape.ts';
import { type Entry, emptyMap, type MapTree, type Place, problemAt, wholeFile } from './tree.ts';

export interface ConfigSources {
  /** The main file; null reads none, not even config.d. */
  readonly file: string | null;
  /** `-o` arguments in order; they win over every file. */
  readonly overrides?: readonly string[];
  readonly env?: Env;
  /**
   * Unknown keys are errors instead of warnings. Off for the service: a security agent must start with the
   * falco.yaml of a newer version, and a key it ignores is named in the log. On for checks before a roll-out,
   * where a typing error should stop the change. A known key with a wrong value is an error in both.
   */
  readonly strict?: boolean;
  readonly files?: ConfigFiles;
}

export interface ConfigResult {
  /** null when at least one problem is an error. */
  readonly config: Config | null;
  readonly problems: readonly Problem[];
  /** Files and directories that were read or looked for: the ones to watch. */
  readonly paths: readonly string[];
}

export function loadConfig(sources: ConfigSources): ConfigResult {
  const load = new Load(sources.files ?? diskFiles, sources.env ?? {});
  let tree: MapTree = emptyMap('');
  if (sources.file !== null) tree = load.withIncluded(load.readFile(sources.file, null));
  for (const argument of sources.overrides ?? []) {
    const done = override(tree, argument, sources.env ?? {}, DEFAULTS);
    load.problems.push(...done.problems);
    tree = done.tree;
  }
  const translated = containerPlugin(tree);
  load.problems.push(...translated.problems);
  tree = translated.tree;
  const reader = new ShapeReader((path, entry, near) =>
    unknownKey(path, entry, near, sources.strict ?? false),
  );
  const config = reader.read(tree, SCHEMA, DEFAULTS, '') as Config;
  const all = [
    ...load.problems,
    ...reader.problems,
    ...checkConfig(config, tree),
    ...checkObservation(config, tree),
  ];
  const problems = all.map((problem) => withoutSecrets(problem, load.isSensitive));
  const failed = problems.some((p) => !isWarning(p));
  return { config: failed ? null : deepFreeze(structuredClone(config)), problems, paths: load.paths };
}

class Load {
  readonly problems: Problem[] = [];
  readonly paths: string[] = [];
  /** Files that are no YAML: nothing is known of what they say. */
  readonly #unread = new Set<string>();
  readonly #sensitive = new Set<string>();
  readonly #files: ConfigFiles;
  readonly #env: Env;

  constructor(files: ConfigFiles, env: Env) {
    this.#files = files;
    this.#env = env;
  }

  readonly isSensitive = (file: string, line: number): boolean =>
    this.#unread.has(file) || this.#sensitive.has(`${file}:${line}`);

  /** @param from where the file is named, or null for the command line */
  readFile(path: string, from: Place | null): MapTree {
    this.paths.push(path);
    let text: string;
    try {
      text = this.#files.read(path);
    } catch (error) {
      this.#unreadable(path, from, error);
      return emptyMap(path);
    }
    const { tree, problems } = parseFile(text.replace(/^\ufeff/, ''), path, this.#env);
    this.problems.push(...problems);
    if (tree === null) this.#unread.add(path);
    else for (const line of sensitiveLines(tree)) this.#sensitive.add(line);
    return tree ?? emptyMap(path);
  }

  /** Joins the files of `config_files`. Only the main file may name further ones, as in Falco. */
  withIncluded(main: MapTree): MapTree {
    let tree = main;
    for (const { path, strategy, place } of this.#included(main.entries.get('config_files'))) {
      for (const file of this.#expand(path, place)) {
        const more = this.readFile(file, place);
        const nested = more.entries.get('config_files');
        if (nested !== undefined) {
          const advice = 'name all files in the main configuration file';
          this.problems.push(
            problemAt('SAKER_E_CONFIG_VALUE', nested.place, 'config_files in an included file', advice),
          );
        }
        tree = merge(tree, more, strategy);
      }
    }
    return tree;
  }

  #included(entry: Entry | undefined): { path: string; strategy: Strategy; place: Place | null }[] {
    const shape = SCHEMA.keys.config_files;
    // Problems of this key are reported when the whole tree is read.
    const reader = new ShapeReader(() => null);
    const list = reader.read(
      entry?.value,
      shape,
      DEFAULTS.config_files,
      'config_files',
    ) as Config['config_files'];
    return list.flatMap((item) => {
      const path = typeof item === 'string' ? item : item.path;
      const strategy = (typeof item === 'string' ? undefined : item.strategy) ?? STRATEGIES[0];
      return path === undefined || path === '' ? [] : [{ path, strategy, place: entry?.place ?? null }];
    });
  }

  #expand(path: string, place: Place | null): string[] {
    try {
      const inside = this.#files.list(path);
      if (inside !== null) this.paths.push(path);
      return inside ?? [path];
    } catch (error) {
      this.paths.push(path);
      // The default directory need not exist; one that the file names must.
      if (place !== null || (error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#unreadable(path, place, error);
      return [];
    }
  }

  #unreadable(path: string, from: Place | null, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : message;
    const advice = code === 'ENOENT' ? 'create it or correct the name' : 'make it a readable file';
    const place = from ?? wholeFile(path);
    this.problems.push(problemAt('SAKER_E_CONFIG_READ', place, `${path} cannot be read: ${reason}`, advice));
  }
}

function unknownKey(path: string, entry: Entry, near: string | null, strict: boolean): Problem | null {
  const why = Object.hasOwn(NOT_USED, path) ? NOT_USED[path] : undefined;
  if (why !== undefined) {
    if (isOff(entry)) return null;
    return problemAt(
      'SAKER_W_CONFIG_NOT_USED',
      entry.place,
      `${path} has no effect: ${why}`,
      'remove it or leave it',
    );
  }
  const code = strict ? 'SAKER_E_CONFIG_UNKNOWN_KEY' : 'SAKER_W_CONFIG_UNKNOWN_KEY';
  return problemAt(code, entry.place, ...unknownWords(path, near));
}

function unknownWords(path: string, near: string | null): [what: string, advice: string] {
  const successor = Object.hasOwn(FORMER_KEYS, path) ? FORMER_KEYS[path] : undefined;
  if (successor !== undefined)
    return [`${path} is a key of an older falco.yaml and has no effect`, `use ${successor}`];
  const hint = near === null ? '' : ` (did you mean ${near}?)`;
  return [`${path} is not a known key${hint}`, 'correct or remove it; it has no effect'];
}

/** A feature that is switched off, or an empty list of it, loses nothing by being unused. */
function isOff({ value }: Entry): boolean {
  if (value.kind === 'list') return value.items.length === 0;
  if (value.kind === 'scalar') return value.absent || /^(false|no|off)$/i.test(value.text);
  const enabled = value.entries.get('enabled')?.value;
  return value.entries.size === 0 || (enabled?.kind === 'scalar' && /^(false|no|off)$/i.test(enabled.text));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
