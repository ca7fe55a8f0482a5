import { nearest } from '../../base/suggest.ts';
import type { Catalogue, Field } from '../../schema/fields.ts';
import { checkOperand, type Operand, type OperandNode, parseOperand } from '../condition/index.ts';
import { fieldNames } from './names.ts';

/** A field or transformer in an output. */
export interface OutputField {
  readonly operand: Operand;
  /** The catalogue entry; null for a transformer. */
  readonly field: Field | null;
  /** Pads with blanks or cuts to so many characters; 0 leaves the value as it is. */
  readonly width: number;
}

export interface OutputFormat {
  /** Print `<NA>` for a missing value and go on, instead of ending there. */
  readonly keepGoing: boolean;
  readonly parts: readonly (string | OutputField)[];
  /** The keys of `output_fields` with what they hold: each field and transformer in the format. */
  readonly named: readonly NamedField[];
}

export interface NamedField {
  readonly name: string;
  readonly operand: Operand;
  readonly field: Field | null;
}

export interface OutputError {
  readonly message: string;
  /** Place in the format. */
  readonly offset: number;
  /** A name is not known, so that skip-if-unknown-filter applies. */
  readonly unknownField: boolean;
  readonly hint?: string;
}

export type OutputResult =
  | { readonly ok: true; readonly format: OutputFormat }
  | { readonly ok: false; readonly error: OutputError };

/** Longest field or transformer; what is longer can not be one. */
const MAX_OPERAND = 512;
/** Most attempts at reading an operand in one format, because each failure is tried again shorter. */
const MAX_ATTEMPTS = 20_000;
const MAX_WIDTH = 4096;

const NO_PERCENT = 'a percent sign cannot be printed: outputs have no escape for it';

/** Reads an output format: text, and `%` with the longest text behind it that is a field or transformer. */
export function parseOutput(text: string, catalogue: Catalogue): OutputResult {
  try {
    return { ok: true, format: new OutputParser(text, catalogue).parse() };
  } catch (fault) {
    if (fault instanceof OutputFault) return { ok: false, error: fault.error };
    throw fault;
  }
}

class OutputFault extends Error {
  readonly error: OutputError;

  constructor(error: OutputError) {
    super(error.message);
    this.error = error;
  }
}

class OutputParser {
  readonly #text: string;
  readonly #catalogue: Catalogue;
  readonly #parts: (string | OutputField)[] = [];
  readonly #named = new Map<string, NamedField>();
  #attempts = 0;

  constructor(text: string, catalogue: Catalogue) {
    this.#text = text;
    this.#catalogue = catalogue;
  }

  parse(): OutputFormat {
    const text = this.#text;
    if (text === '') this.#fail('empty formatting token', 0);
    const keepGoing = text.startsWith('*');
    let at = keepGoing ? 1 : 0;
    for (let percent = text.indexOf('%', at); percent >= 0; percent = text.indexOf('%', at)) {
      if (percent > at) this.#parts.push(text.slice(at, percent));
      at = this.#field(percent);
    }
    if (at < text.length) this.#parts.push(text.slice(at));
    return { keepGoing, parts: this.#parts, named: [...this.#named.values()] };
  }

  /** Reads what follows a `%` and returns the place behind it. */
  #field(percent: number): number {
    const digits = /^\d*/.exec(this.#text.slice(percent + 1, percent + 12))![0];
    const start = percent + 1 + digits.length;
    if (start >= this.#text.length) {
      const what = digits === '' ? 'a %' : 'a number';
      this.#fail(`invalid formatting syntax: formatting cannot end with ${what}`, percent, NO_PERCENT);
    }
    const width = Number(digits);
    if (width > MAX_WIDTH) {
      this.#fail(`invalid formatting syntax: a width is at most ${MAX_WIDTH}`, percent);
    }
    const { node, operand, field, end } = this.#longest(start, percent);
    this.#parts.push({ operand, field, width });
    for (const { name, node: inner } of fieldNames(node)) {
      const checked =
        inner === node ? { ok: true as const, operand, field } : checkOperand(inner, this.#catalogue);
      if (checked.ok) this.#named.set(name, { name, operand: checked.operand, field: checked.field });
    }
    return start + end;
  }

  /**
   * The longest readable text. A text that reads but names no known field is tried again one character shorter
   * than what was read, so `%proc.nameand` finds proc.name.
   */
  #longest(start: number, percent: number) {
    let rest = this.#text.slice(start, start + MAX_OPERAND);
    while (rest !== '') {
      if (++this.#attempts > MAX_ATTEMPTS) this.#fail('the output has too many unreadable fields', percent);
      const parsed = parseOperand(rest);
      if (parsed.ok) {
        const node: OperandNode = parsed.ast;
        const checked = checkOperand(node, this.#catalogue);
        if (checked.ok) return { node, operand: checked.operand, field: checked.field, end: parsed.end };
        rest = rest.slice(0, Math.max(0, Math.min(parsed.end, rest.length) - 1));
      } else rest = rest.slice(0, -1);
    }
    return this.#unknown(start, percent);
  }

  #unknown(start: number, percent: number): never {
    const rest = this.#text.slice(start, start + MAX_OPERAND);
    const written = /^[\w.]+(\[[^\]]*\])?/.exec(rest)?.[0] ?? '';
    throw new OutputFault({
      message: `unknown filter: '%${written === '' ? rest.slice(0, 20) : written}' is neither a field nor a transformer`,
      offset: percent,
      unknownField: true,
      hint: this.#advice(rest, written),
    });
  }

  /** What to do about text behind a `%` that can not be read. */
  #advice(rest: string, written: string): string {
    const inside = /^\(\s*([\w.]+)/.exec(rest)?.[1];
    if (inside !== undefined) return `write %${inside}, without parentheses`;
    if (written === '') return NO_PERCENT;
    const parsed = parseOperand(rest);
    if (parsed.ok && parsed.ast.kind === 'transform') {
      const checked = checkOperand(parsed.ast, this.#catalogue);
      if (!checked.ok) return checked.error.hint ?? checked.error.message;
    }
    if (!parsed.ok && rest.startsWith(`${written}(`)) return parsed.error.message;
    const names = this.#catalogue.fields.map(({ name }) => name);
    const near = nearest(written.replace(/\[.*/, ''), names);
    return near === null ? 'saker fields lists the fields' : `did you mean %${near}?`;
  }

  #fail(message: string, offset: number, hint?: string): never {
    throw new OutputFault({ message, offset, unknownField: false, ...(hint === undefined ? {} : { hint }) });
  }
}
