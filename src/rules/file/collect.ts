import { type Context, RuleLoadError } from './context.ts';
import { invalid } from './decode.ts';
import { type OperandTest, validateException } from './exceptions.ts';
import type { ListItem, MacroItem, PluginRequirement, RuleItem, RuleUpdate } from './items.ts';
import type { Warn } from './read-shared.ts';
import {
  compareVersions,
  ENGINE_VERSION,
  parseVersion,
  printVersion,
  satisfies,
  type Version,
} from './version.ts';

const NO_LIST = "List uses 'append' or 'override.items: append' but no list by that name already exists";
const NO_MACRO =
  "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists";
const NO_RULE_APPEND =
  "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";
const NO_RULE_REPLACE =
  "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";

interface Item {
  readonly name: string;
  readonly context: Context;
  index: number;
  visibility: number;
}

/**
 * Everything that the files read so far define, after appends and overrides. Maps keep the place of the first
 * definition: a redefinition changes an item, not its order.
 */
export class Collection {
  readonly lists = new Map<string, ListItem>();
  readonly macros = new Map<string, MacroItem>();
  readonly rules = new Map<string, RuleItem>();
  readonly plugins: PluginRequirement[] = [];
  /** Items defined a second time in one file without append or override. */
  readonly redefined: Context[] = [];
  engine: Version = { major: 0, minor: 0, patch: 0 };
  readonly #sources: ReadonlySet<string>;
  readonly #isOperand: OperandTest;
  #next = 0;

  constructor(sources: ReadonlySet<string>, isOperand: OperandTest) {
    this.#sources = sources;
    this.#isOperand = isOperand;
  }

  requireEngine(version: Version, context: Context): void {
    if (!satisfies(ENGINE_VERSION, version)) {
      invalid(
        `Rules require engine version ${printVersion(version)}, but engine version is ${printVersion(ENGINE_VERSION)}`,
        context,
      );
    }
    if (compareVersions(this.engine, version) < 0) this.engine = version;
  }

  requirePlugin(requirement: PluginRequirement): void {
    const names = new Set<string>();
    for (const { name, version } of requirement.alternatives) {
      if (parseVersion(version) === null) {
        invalid(`Invalid required version '${version}' for plugin '${name}'`, requirement.context);
      }
      if (names.has(name)) {
        invalid(
          `Defined multiple alternative version requirements for plugin '${name}'`,
          requirement.context,
        );
      }
      names.add(name);
    }
    this.plugins.push(requirement);
  }

  defineList(list: ListItem): void {
    this.#define(this.lists, list);
  }

  appendList(list: ListItem): void {
    const previous = this.lists.get(list.name) ?? invalid(NO_LIST, list.context);
    for (const item of list.items) previous.items.push(item);
    previous.visibility = this.#next++;
  }

  defineMacro(macro: MacroItem): void {
    this.#define(this.macros, macro);
  }

  appendMacro(macro: MacroItem): void {
    const previous = this.macros.get(macro.name) ?? invalid(NO_MACRO, macro.context);
    previous.condition.push(...macro.condition);
    previous.visibility = this.#next++;
  }

  defineRule(rule: RuleItem, warn: Warn): void {
    this.#sameSource(rule);
    if (!this.#sources.has(rule.source)) {
      rule.unknownSource = true;
      warn('LOAD_UNKNOWN_SOURCE', `Unknown source ${rule.source}, skipping`, rule.context);
    }
    rule.exceptions = rule.exceptions.map((exception) => {
      if (exception.fields === null) {
        invalid('Rule exception item must have fields property with a list of fields', exception.context);
      }
      return validateException(exception, rule.unknownSource ? null : this.#isOperand);
    });
    this.#define(this.rules, rule);
  }

  appendRule(update: RuleUpdate): void {
    const rule = this.#sameSource(update) ?? invalid(NO_RULE_APPEND, update.context);
    const { condition, output, desc, tags, exceptions } = update;
    if ([condition, output, desc, tags, exceptions].every((value) => value === undefined)) {
      invalid('Appended rule must have exceptions or condition property', update.context);
    }
    if (condition !== undefined) rule.condition.push(condition);
    if (output !== undefined) rule.output.push(output);
    if (desc !== undefined) rule.desc = `${rule.desc} ${desc}`;
    for (const tag of tags ?? []) rule.tags.add(tag);
    for (const exception of exceptions ?? []) this.#appendException(rule, exception);
    rule.visibility = this.#next++;
  }

  #appendException(rule: RuleItem, added: RuleItem['exceptions'][number]): void {
    const at = rule.exceptions.findIndex(({ name }) => name === added.name);
    if (at < 0) {
      if (added.fields === null) {
        invalid('Rule exception must have fields property with a list of fields', added.context);
      }
      if (added.values.length === 0) {
        invalid('Rule exception must have values property with a list of values', added.context);
      }
      const checked = validateException(added, rule.unknownSource ? null : this.#isOperand);
      rule.exceptions.push(checked);
      return;
    }
    for (const key of ['fields', 'comps'] as const) {
      if (added[key] === null) continue;
      invalid(`Can not append exception ${key} to existing exception, only values`, added.context);
    }
    const known = rule.exceptions[at]!;
    for (const value of added.values) known.values.push(value);
  }

  replaceInRule(update: RuleUpdate): void {
    const rule = this.#sameSource(update) ?? invalid(NO_RULE_REPLACE, update.context);
    if (update.condition !== undefined) rule.condition = [update.condition];
    if (update.output !== undefined) rule.output = [update.output];
    rule.desc = update.desc ?? rule.desc;
    rule.tags = update.tags ?? rule.tags;
    rule.priority = update.priority ?? rule.priority;
    rule.enabled = update.enabled ?? rule.enabled;
    rule.capture = update.capture ?? rule.capture;
    rule.captureDuration = update.captureDuration ?? rule.captureDuration;
    rule.warnEvttypes = update.warnEvttypes ?? rule.warnEvttypes;
    rule.skipIfUnknownFilter = update.skipIfUnknownFilter ?? rule.skipIfUnknownFilter;
    // Falco takes replaced exceptions unchecked and crashes or miscompiles on wrong ones.
    rule.exceptions =
      update.exceptions?.map((exception) =>
        validateException(exception, rule.unknownSource ? null : this.#isOperand),
      ) ?? rule.exceptions;
    rule.visibility = this.#next++;
  }

  enableRule(name: string, enabled: boolean, context: Context): void {
    const rule = this.rules.get(name);
    if (rule === undefined) {
      invalid("Rule has 'enabled' key but no rule by that name already exists", context);
    }
    rule.enabled = enabled;
  }

  #define<T extends Item>(items: Map<string, T>, item: T): void {
    item.visibility = this.#next++;
    const previous = items.get(item.name);
    item.index = previous?.index ?? item.visibility;
    if (previous?.context.file === item.context.file) this.redefined.push(item.context);
    items.set(item.name, item);
  }

  #sameSource(item: { name: string; source: string; context: Context }): RuleItem | undefined {
    const rule = this.rules.get(item.name);
    if (rule !== undefined && rule.source !== '' && item.source !== '' && rule.source !== item.source) {
      throw new RuleLoadError(
        'LOAD_ERR_VALIDATE',
        'Rule has been re-defined with a different source',
        item.context,
      );
    }
    return rule;
  }
}
