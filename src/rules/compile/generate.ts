/**
 * Source text of compiled rules. Rule text never enters it: what is written here is made of our own words and of
 * integers; every literal, set and pattern is a value bound by name.
 */
import type { Tree } from './atoms.ts';
import type { CandidateFinder, RuleTest } from './closures.ts';
import { foldTypes, type Plan, type PlannedRule, type TypePlan } from './plan.ts';

/** False where the process refuses to make functions from text (--disallow-code-generation-from-strings). */
export function canGenerate(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/** Names and values that generated code may use. */
class Bindings {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];
  readonly #known = new Map<unknown, string>();

  bind(prefix: string, value: unknown): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const name = prefix + this.#names.length;
    this.#names.push(name);
    this.#values.push(value);
    this.#known.set(value, name);
    return name;
  }

  build<T>(body: string): T {
    return new Function(...this.#names, `"use strict";\n${body}`)(...this.#values) as T;
  }
}

/** Guards the promise above: only an integer may be printed into code. */
function int(value: number): string {
  if (!Number.isInteger(value)) throw new Error(`not an integer: ${value}`);
  return String(value);
}

/**
 * Narrows the candidates of one event type field by field. Each step ANDs what the field's value leaves possible and
 * gives up as soon as nothing is.
 */
export function generateCandidates<E>(plan: Plan<E>, type: TypePlan): CandidateFinder<E> {
  const bound = new Bindings();
  const word = (at: number) => `w${int(at)}`;
  const lines = type.words.map((at) => `let ${word(at)} = ${int(type.candidates[at]!)};`);
  const none = `if ((${type.words.map(word).join(' | ')}) === 0) return 0;`;
  for (const { kind, field } of type.steps) {
    const get = bound.bind('get', plan.leaves.getters[field]!);
    lines.push(`x = ${get}(event);`);
    if (kind === 'text') {
      const directory = bound.bind('directory', plan.verdicts.directory);
      const addMask = bound.bind('addMask', plan.verdicts.addMask);
      const slot = int(1 + field);
      lines.push(`m = ${directory}(x); p = m[${slot}];`);
      lines.push(`if (p === 0) { m = ${addMask}(x, ${int(field)}); p = m[${slot}]; }`);
      for (const at of type.words) lines.push(`${word(at)} &= m[p + ${int(at)}];`);
    } else {
      const { onTrue, onFalse, onMissing } = plan.flags[field]!;
      const [yes, no, missing] = [onTrue, onFalse, onMissing].map((mask) => bound.bind('mask', mask));
      lines.push(`m = x === null ? ${missing} : x === true ? ${yes} : ${no};`);
      for (const at of type.words) lines.push(`${word(at)} &= m[${int(at)}];`);
    }
    lines.push(none);
  }
  lines.push('let n = 0;');
  for (const at of type.words) {
    const w = word(at);
    const place = `${int(at * 32 + 31)} - Math.clz32(${w} & -${w})`;
    lines.push(`while (${w} !== 0) { out[n++] = ${place}; ${w} &= ${w} - 1; }`);
  }
  return bound.build(
    `return function candidates(event, out) {\nlet x, m, p;\n${lines.join('\n')}\nreturn n;\n};`,
  );
}

export function generateRule<E>(plan: Plan<E>, { tree, types }: PlannedRule<E>): RuleTest<E> {
  const folded = foldTypes(tree, types);
  if (typeof folded === 'boolean') return () => folded;
  const bound = new Bindings();
  const fields = new Set<number>();
  const value = (field: number) => {
    fields.add(field);
    const name = `f${int(field)}`;
    return `(${name} === undefined ? ${name} = ${bound.bind('get', plan.leaves.getters[field]!)}(event) : ${name})`;
  };
  const print = (node: Tree<E>): string => {
    switch (node.kind) {
      case 'and':
        return `(${node.children.map(print).join(' && ')})`;
      case 'or':
        return `(${node.children.map(print).join(' || ')})`;
      case 'not':
        return `!${print(node.child)}`;
      case 'text':
        return `${bound.bind('has', plan.verdicts.has)}(${value(node.field)}, ${int(node.atom)})`;
      case 'flag': {
        const accepted = [node.onTrue, node.onFalse].flatMap((yes, at) => (yes ? [at === 0] : []));
        if (accepted.length === 0) return 'false';
        return accepted.length === 2
          ? `(${value(node.field)} !== null)`
          : `(${value(node.field)} === ${accepted[0] === true})`;
      }
      case 'call':
        return `${bound.bind('call', node.test)}(event)`;
      case 'type': {
        const ids = new Uint8Array(1024);
        for (const id of node.holds.ids()) ids[id] = 1;
        return `(${bound.bind('type', ids)}[typeId] === 1)`;
      }
    }
  };
  const expression = print(folded);
  const locals = [...fields].map((field) => `f${int(field)}`);
  const declare = locals.length === 0 ? '' : `let ${locals.join(', ')};\n`;
  return bound.build(`return function rule(event, typeId) {\n${declare}return ${expression};\n};`);
}
