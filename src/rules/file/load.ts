import { syscallCatalogue } from '../../schema/fields.ts';
import { clearCache, createCache } from './cache.ts';
import { Collection } from './collect.ts';
import { compileRule, type LoadedRule, type RuleOptions } from './compile-rules.ts';
import {
  fileContext,
  type Issue,
  type Lint,
  type LoadError,
  type LoadWarning,
  RuleLoadError,
  within,
} from './context.ts';
import { Definitions } from './definitions.ts';
import { isSyscallOperand } from './exceptions.ts';
import { hintForText, lintCollection, lintDocuments } from './lint.ts';
import type { LoadOptions, LoadResult, RulesFile } from './load-types.ts';
import { Sources } from './place.ts';
import { missingPlugin } from './plugins.ts';
import { definedKey, readItem } from './read.ts';
import { isActive } from './select.ts';
import { structureNotes } from './structure-notes.ts';
import { findUnused } from './unused.ts';
import { parseYaml } from './yaml.ts';
import { getKey, type YamlNode } from './yaml-nodes.ts';

export type { LoadOptions, LoadResult, RulesFile } from './load-types.ts';

/** The container plugin's version whose fields are built in. */
export const BUILT_IN_PLUGINS: Readonly<Record<string, string>> = { container: '0.7.1' };

/** Larger files are refused unread. */
const MAX_CONTENT = 16 * 1024 * 1024;
/** Reading and compiling end here: nobody repairs more at once, and each report costs a look through the file. */
const MAX_ERRORS = 200;
const MAX_WARNINGS = 2000;
/** How the message of a mistake of our own begins. */
export const INTERNAL = 'internal error, please report this file';

/** Loads rules files in order. Any content gives a result; nothing is thrown for what a file holds. */
export function loadRules(files: readonly RulesFile[], options: LoadOptions = {}): LoadResult {
  const loader = new Loader(options);
  for (const file of files) loader.add(file);
  return loader.finish();
}

interface OpenFile extends RulesFile {
  readonly errors: LoadError[];
  readonly warnings: LoadWarning[];
  readonly lints: Lint[];
  schemaNotes: readonly string[] | null;
}

class Loader {
  readonly #options: LoadOptions;
  readonly #falco: boolean;
  readonly #lint: boolean;
  readonly #files: OpenFile[] = [];
  readonly #collection: Collection;
  readonly #sources = new Sources();
  readonly #cache = createCache();
  readonly #broken = new Set<string>();
  /** What was reported already: each file added compiles everything again. */
  readonly #reported = new Set<string>();
  readonly #ruleOptions: RuleOptions;
  #rules: readonly LoadedRule[] = [];
  #definitions: Definitions | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#falco = options.compat === 'falco';
    this.#lint = !this.#falco && options.lint !== false;
    this.#collection = new Collection(new Set(options.sources ?? ['syscall']), isSyscallOperand);
    this.#ruleOptions = {
      catalogue: syscallCatalogue,
      sources: this.#sources,
      appendOutput: options.appendOutput ?? [],
      suggestedFields: options.suggestedFields ?? [],
      falco: this.#falco,
    };
  }

  add(source: RulesFile): void {
    const file: OpenFile = { ...source, errors: [], warnings: [], lints: [], schemaNotes: null };
    this.#files.push(file);
    this.#sources.add(file.name, file.content);
    try {
      this.#load(file);
    } catch (error) {
      // Ours, not the user's; it ends this file and not the daemon. The fuzzer takes it for a crash.
      const message = `${INTERNAL}: ${(error as Error).message}`;
      file.errors.push({ code: 'LOAD_ERR_VALIDATE', message, context: fileContext(file.name) });
    }
  }

  #load(file: OpenFile): void {
    const documents = this.#parse(file);
    if (documents === null) return;
    file.schemaNotes = structureNotes(documents);
    if (this.#lint) file.lints.push(...lintDocuments(documents, file.name));
    this.#read(documents, file);
    this.#requirePlugins(file);
    // Falco compiles only what was read without error; we go on to show the other mistakes as well.
    if (!this.#falco || file.errors.length === 0) this.#compile(file);
  }

  #parse(file: OpenFile): readonly YamlNode[] | null {
    const context = fileContext(file.name);
    if (file.content.length > MAX_CONTENT) {
      const message = `larger than ${MAX_CONTENT / 1024 / 1024} MiB, split the file`;
      file.errors.push({ code: 'LOAD_ERR_YAML_PARSE', message, context });
      return null;
    }
    const result = parseYaml(file.content);
    if ('documents' in result) return result.documents;
    const { message, at } = result.error;
    const hint = hintForText(file.content);
    const issue: LoadError = {
      code: 'LOAD_ERR_YAML_PARSE',
      message: `YAML: ${message} at line ${at.line + 1}, column ${at.column + 1}`,
      context: within(context, 'value for', '', at),
    };
    file.errors.push(hint === undefined ? issue : { ...issue, hint });
    return null;
  }

  #read(documents: readonly YamlNode[], file: OpenFile): void {
    const context = fileContext(file.name);
    const warn = (code: LoadWarning['code'], message: string, at: LoadWarning['context']): void => {
      if (file.warnings.length < MAX_WARNINGS) file.warnings.push({ code, message, context: at });
    };
    const tolerate = <T>(read: () => T, otherwise: T): T => {
      try {
        return read();
      } catch (error) {
        if (this.#falco || !(error instanceof RuleLoadError)) throw error;
        file.errors.push(error.issue);
        return otherwise;
      }
    };
    for (const document of documents) {
      if (document.kind === 'null') continue;
      if (document.kind !== 'seq') {
        const shape = document.kind === 'map' ? 'not yaml array of objects' : 'not yaml';
        const message = `Rules content is ${shape}`;
        const hint = hintForText(file.content) ?? SEQUENCE_HINT;
        file.errors.push({ code: 'LOAD_ERR_YAML_VALIDATE', message, context, hint });
        if (this.#falco) return;
        continue;
      }
      for (const item of document.items) {
        if (item.kind === 'null') continue;
        try {
          readItem(item, context, this.#collection, warn, tolerate);
          if (file.errors.length >= MAX_ERRORS) return;
        } catch (error) {
          if (!(error instanceof RuleLoadError)) throw error;
          if (this.#restsOnBroken(item)) continue;
          file.errors.push(error.issue);
          this.#markBroken(item);
          if (this.#falco || file.errors.length >= MAX_ERRORS) return;
        }
      }
    }
  }

  #markBroken(item: YamlNode): void {
    const key = definedKey(item);
    if (key !== null) this.#broken.add(key);
  }

  /** A change to an item whose definition is wrong fails too; one report is enough. */
  #restsOnBroken(item: YamlNode): boolean {
    const key = definedKey(item);
    if (key === null || item.kind !== 'map' || !this.#broken.has(key)) return false;
    return ['append', 'override', 'enabled'].some((name) => getKey(item, name) !== undefined);
  }

  /** Falco ends with a plain error here; we say in which file. */
  #requirePlugins(file: OpenFile): void {
    const loaded = this.#options.plugins ?? BUILT_IN_PLUGINS;
    for (const requirement of this.#collection.plugins) {
      if (file.errors.length >= (this.#falco ? 1 : MAX_ERRORS)) return;
      if (requirement.context.file !== file.name) continue;
      const message = missingPlugin(requirement, loaded);
      if (message === null) continue;
      file.errors.push({ code: 'LOAD_ERR_VALIDATE', message, context: requirement.context });
    }
  }

  #compile(file: OpenFile): void {
    const falco = this.#falco;
    let stopped = false;
    const error = (issue: LoadError): void => {
      if (stopped || !this.#isNew(issue)) return;
      file.errors.push(issue);
      stopped = falco || file.errors.length >= MAX_ERRORS;
    };
    const warn = (issue: LoadWarning): void => {
      if (!stopped && file.warnings.length < MAX_WARNINGS && this.#isNew(issue)) file.warnings.push(issue);
    };
    const definitions = new Definitions(
      this.#collection,
      this.#sources,
      this.#cache,
      syscallCatalogue,
      this.#broken,
      falco,
      error,
    );
    const rules: LoadedRule[] = [];
    for (const item of this.#collection.rules.values()) {
      if (stopped) break;
      if (item.unknownSource) continue;
      const rule = compileRule(item, definitions, this.#ruleOptions, { error, warn });
      if (rule !== null) rules.push(rule);
    }
    this.#definitions = definitions;
    if (falco && file.errors.length === 0) this.#warnUnused(file, definitions);
    this.#rules = rules;
  }

  /** Under compat every compilation repeats its warnings, as in Falco. */
  #isNew(issue: Issue & { code: string }): boolean {
    if (this.#falco) return true;
    const { context } = issue;
    const key = [issue.code, context.place.file, context.place.offset, issue.message].join('\0');
    if (this.#reported.has(key)) return false;
    this.#reported.add(key);
    return true;
  }

  /** @param only the file to which all of them go, or null for the file each stands in */
  #warnUnused(only: OpenFile | null, definitions: Definitions): void {
    for (const issue of findUnused(definitions, this.#collection)) {
      const file = only ?? this.#files.find(({ name }) => name === issue.context.file);
      // A file with errors may use it in the part that could not be read.
      if (file?.errors.length === 0 && file.warnings.length < MAX_WARNINGS) file.warnings.push(issue);
    }
  }

  finish(): LoadResult {
    const ok = this.#files.every(({ errors }) => errors.length === 0);
    const definitions = this.#definitions;
    const rules = this.#rules;
    if (!this.#falco && definitions !== null) {
      // Whether something is used is known when the last file is in.
      if (ok) this.#warnUnused(null, definitions);
    }
    if (this.#lint && definitions !== null) {
      const matching = this.#options.ruleMatching ?? 'first';
      for (const lint of lintCollection(rules, definitions, this.#collection, matching)) {
        this.#files.find(({ name }) => name === lint.context.place.file)?.lints.push(lint);
      }
    }
    clearCache(this.#cache);
    const { priority, selection } = this.#options;
    const contents = new Map(this.#files.map(({ name, content }) => [name, content]));
    return {
      ok,
      files: this.#files.map((file) => ({ ...file, contents, ok: file.errors.length === 0 })),
      rules,
      active: rules.filter((rule) => isActive(rule, priority ?? 'Debug', selection ?? [])),
      collection: this.#collection,
      definitions,
    };
  }
}

const SEQUENCE_HINT =
  'a rules file is a list: each item begins with "- rule:", "- macro:", "- list:" or a version requirement';
