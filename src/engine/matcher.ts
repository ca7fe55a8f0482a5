import { type AlertFormat, buildAlert, type Match } from '../alerts/index.ts';
import { type Alert, type AlertValue, PRIORITIES } from '../base/alert.ts';
import {
  type CompiledOutput,
  type CompiledRules,
  compileOutput,
  compileRules,
  type LoadedRule,
  type LoadResult,
  matchesStars,
  type RuleCosts,
} from '../rules/index.ts';
import { eventTypeId } from '../schema/events.ts';
import { TYPE_NAMES } from '../schema/record.generated.ts';
import { canaryRule } from './canary.ts';
import type { Event } from './event.ts';
import { factsOf } from './facts/container.ts';
import { kernelFacts } from './facts/index.ts';
import { type Needs, notingNeeds } from './facts/needs.ts';
import type { RulesInput } from './messages.ts';
import { noiseKey } from './noise-key.ts';

/** Kernel type number → id of the event type in rules. */
const TYPE_IDS = TYPE_NAMES.map(eventTypeId);

const KNOWN = 'known';

/** Place of the canary's rule: before all others. */
export const CANARY = 0;
/** Beyond every rule. */
const NEVER = Number.MAX_SAFE_INTEGER;

interface Output {
  readonly main: CompiledOutput<Event>;
  readonly extra: readonly {
    readonly key: string;
    readonly raw: boolean;
    readonly output: CompiledOutput<Event>;
  }[];
}

const clock = (): number => performance.now() * 1e6;

/** What noise control asks of a rule. */
interface Noise {
  readonly severity: number;
  readonly exempt: boolean;
  readonly key: (event: Event) => string;
  readonly group: (event: Event) => string;
}

/** Rules compiled against the event, ready to run; a reload makes a new one beside the old. */
export class Matcher {
  readonly count: number;
  readonly needs: Needs;
  readonly #rules: readonly LoadedRule[];
  readonly #outputs: readonly Output[];
  readonly #noise: readonly Noise[];
  readonly #compiled: CompiledRules<Event>;
  readonly #format: AlertFormat;
  readonly #static: Readonly<Record<string, AlertValue>>;
  readonly #firstOnly: boolean;
  readonly #hits: Int32Array;

  /** @param loaded without errors */
  constructor(loaded: LoadResult, input: RulesInput) {
    this.#rules = [canaryRule(), ...loaded.active];
    this.count = loaded.active.length;
    this.#firstOnly = input.matching === 'first';
    this.#format = input.format;
    this.#static = Object.fromEntries(
      Object.entries(input.staticFields).map(([key, value]) => [`static.${key}`, value]),
    );
    const conditions = this.#rules.map(({ condition }) => condition);
    const facts = notingNeeds(kernelFacts);
    this.needs = facts.needs;
    this.#compiled = compileRules(conditions, facts, { matching: input.matching, clock });
    this.#hits = new Int32Array(this.#compiled.size);
    const buffers = input.buffersBase64 ? 'base64' : 'ascii';
    this.#outputs = this.#rules.map((rule) => ({
      main: compileOutput(rule.outputFormat, facts, buffers),
      extra: rule.extraFields.map(({ key, raw, outputFormat }) => ({
        key,
        raw,
        output: compileOutput(outputFormat, facts, buffers),
      })),
    }));
    const { except = [], dedupBy = [], groupBy = [] } = input.noise ?? {};
    this.#noise = this.#rules.map((rule) => ({
      severity: PRIORITIES.indexOf(rule.priority),
      exempt: except.some((pattern) => matchesStars(pattern, rule.name)),
      key: noiseKey(dedupBy, rule, facts),
      group: noiseKey(groupBy, rule, facts),
    }));
  }

  nameOf(rule: number): string {
    return this.#rules[rule]!.name;
  }

  noiseOf(rule: number): Noise {
    return this.#noise[rule]!;
  }

  /** Those of the user. */
  get rules(): readonly LoadedRule[] {
    return this.#rules.slice(CANARY + 1);
  }

  /** By place among all rules: the canary's, then the user's. */
  get costs(): RuleCosts {
    return this.#compiled.costs;
  }

  /**
   * Evaluates all rules on the event and hands those that match to `take`, by number, with the event standing under the name
   * they matched. A file with two names is looked at under each: with
   * `all`, a rule that matches under both alerts once, under the name the program gave; with `first`, the rule that
   * stands first wins, whichever name it matched.
   */
  match(event: Event, take: (rule: number, event: Event) => void): void {
    const typeId = TYPE_IDS[event.record.type] ?? 0;
    const hits = this.#hits;
    const given = this.#compiled.match(typeId, event, hits);
    // No rule of the user sees the agent's canary, or every "any open" rule would report it.
    if (given > 0 && hits[0] === CANARY) take(CANARY, event);
    else if (event.hasTwoNames) this.#matchSecondName(typeId, event, given, take);
    else for (let i = 0; i < given; i++) take(hits[i]!, event);
  }

  /** @param given number of hits under the given name, which stand in `#hits` */
  #matchSecondName(
    typeId: number,
    event: Event,
    given: number,
    take: (rule: number, event: Event) => void,
  ): void {
    const first = this.#hits.slice(0, given);
    event.variant = 1;
    const second = this.#hits.slice(0, this.#compiled.match(typeId, event, this.#hits));
    const [best = NEVER] = first;
    const under = (variant: 0 | 1, indexes: Iterable<number>): void => {
      event.variant = variant;
      for (const index of indexes) take(index, event);
    };
    if (this.#firstOnly) {
      if (best <= (second[0] ?? NEVER)) under(0, first);
      else under(1, second);
    } else {
      under(0, first);
      under(
        1,
        second.filter((index) => !first.includes(index)),
      );
    }
    event.variant = 0;
  }

  build(match: Match): Alert {
    return buildAlert(match, this.#format);
  }

  /** Puts into words what a rule matched in the event. */
  describe(index: number, event: Event): Match {
    const rule = this.#rules[index]!;
    const { main, extra } = this.#outputs[index]!;
    const fields: Record<string, AlertValue> = { ...main.fields(event), ...this.#static };
    for (const { key, raw, output } of extra) {
      fields[key] = raw ? (Object.values(output.fields(event))[0] ?? null) : output.raw(event);
    }
    const output = main.text(event);
    const { askedOf } = event;
    // The reader of an alert must see that a name is missing because nobody told it (in time).
    const told = askedOf === null ? KNOWN : factsOf(askedOf).text;
    if (told !== KNOWN) fields['container.facts'] = told;
    return {
      rule: rule.name,
      priority: rule.priority,
      priorityNumber: this.noiseOf(index).severity,
      source: rule.source,
      tags: rule.tags,
      timeNs: event.wallNs,
      output,
      rawOutput: main.raw(event),
      fields,
    };
  }
}
