/**
 * Source text of compiled rules. Rule text never enters it: what is written here is made of our own words and of
 * integers; every literal, set and pattern is a value bound by name.
 */
import type { Tree } from './atoms.ts';
import type { CandidateFinder, RuleTest } from './closures.ts';
import type { Plan, PlannedRule, Step, TypePlan } from './plan.ts';

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
 * Narrows the candidates of one event type step by step. Each step ANDs what a field's value leaves possible and gives
 * up as soon as nothing is. Steps follow one another without branches, so a field read once is known to all later steps.
 */
export function generateCandidates<E>(plan: Plan<E>, type: TypePlan): CandidateFinder<E> {
  const bound = new Bindings();
  const word = (at: number) => `w${int(at)}`;
  const lines = type.words.map((at) => `let ${word(at)} = ${int(type.candidates[at]!)};`);
  const none = `if ((${type.words.map(word).join(' | ')}) === 0) return 0;`;
  const read = new Set<number>();
  const value = (field: number): string => {
    const name = `x${int(field)}`;
    const get = bound.bind('get', plan.leaves.getters[field]!);
    if (!read.has(field)) lines.push(`const ${name} = ${get}(event);`);
    read.add(field);
    return name;
  };
  const memory = bound.bind('memory', plan.verdicts.memory);
  /** Opens the mask region of a field's text; gives the name of its place. */
  const openMask = (field: number, mask: number): string => {
    const text = value(field);
    const place = `p${int(mask)}`;
    const directory = bound.bind('directory', plan.verdicts.directory);
    const addMask = bound.bind('addMask', plan.verdicts.addMask);
    lines.push(`let ${place} = ${memory}[${directory}(${text}) + ${int(1 + mask)}];`);
    lines.push(`if (${place} === 0) ${place} = ${addMask}(${text}, ${int(mask)});`);
    return place;
  };
  for (const step of type.steps) {
    if (step.kind === 'flag') {
      const { onTrue, onFalse, onMissing } = step.masks;
      const [yes, no, missing] = [onTrue, onFalse, onMissing].map((mask) => bound.bind('mask', mask));
      const name = value(step.field);
      const mask = `b${int(step.field)}`;
      lines.push(`const ${mask} = ${name} === null ? ${missing} : ${name} === true ? ${yes} : ${no};`);
      for (const at of concerned(step, type)) lines.push(`${word(at)} &= ${mask}[${int(at)}];`);
    } else {
      const parts = step.kind === 'text' ? [step] : step.parts;
      const places = parts.map(({ field, mask }) => openMask(field, mask));
      for (const at of concerned(step, type)) {
        const bits = places.map((place) => `${memory}[${place} + ${int(at)}]`);
        if (step.kind === 'choice') bits.push(int(step.free[at]!));
        lines.push(`${word(at)} &= ${bits.join(' | ')};`);
      }
    }
    lines.push(none);
  }
  lines.push('let n = 0;');
  for (const at of type.words) {
    const w = word(at);
    const place = `${int(at * 32 + 31)} - Math.clz32(${w} & -${w})`;
    lines.push(`while (${w} !== 0) { out[n++] = ${place}; ${w} &= ${w} - 1; }`);
  }
  return bound.build(`return function candidates(event, out) {\n${lines.join('\n')}\nreturn n;\n};`);
}

/** Words in which the step can rule out a candidate. */
function concerned({ concerns }: Step, { words, candidates }: TypePlan): number[] {
  return words.filter((at) => (concerns[at]! & candidates[at]!) !== 0);
}

export function generateRule<E>(plan: Plan<E>, { tree }: PlannedRule<E>): RuleTest<E> {
  if (typeof tree === 'boolean') return () => tree;
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
  const expression = print(tree);
  const locals = [...fields].map((field) => `f${int(field)}`);
  const declare = locals.length === 0 ? '' : `let ${locals.join(', ')};\n`;
  return bound.build(`return function rule(event, typeId) {\n${declare}return ${expression};\n};`);
}
