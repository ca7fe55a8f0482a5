/** The texts of plain YAML's scalars (yaml-plain.ts). Null and 'unusual' stand for "the library shall read it". */
import type { Position, YamlNode, YamlScalar } from './yaml-nodes.ts';

/** An unquoted scalar; the words for nothing are null. */
export function plainNode(text: string, at: Position, end: number): YamlNode {
  if (/^(?:~|null|Null|NULL)$/.test(text)) return { kind: 'null', at };
  return { kind: 'scalar', text, style: 'plain', at, end };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  n: '\n',
  t: '\t',
  r: '\r',
};

/** What stands between double quotes; null for the rarer escapes. */
export function readDoubleQuoted(inner: string): string | null {
  if (!inner.includes('\\')) return inner;
  if (/\\[^"\\/ntr]/.test(inner.replace(/\\\\/g, ''))) return null;
  return inner.replace(/\\(.)/g, (_all, letter: string) => ESCAPES[letter]!);
}

/** A literal (`|`) or folded (`>`) scalar, line by line. */
export class BlockScalar {
  readonly #folded: boolean;
  readonly #strips: boolean;
  /** Blanks before the first line that is not empty; every line loses them. */
  #indent = -1;
  #text = '';
  /** Line ends since the last line that is not empty. */
  #breaks = 0;
  #afterIndented = false;

  private constructor(folded: boolean, strips: boolean) {
    this.#folded = folded;
    this.#strips = strips;
  }

  /** Null when the header says more than the style and "-". */
  static open(text: string, at: number): BlockScalar | null {
    const lineEnd = text.indexOf('\n', at);
    const header = text.slice(at, lineEnd);
    return lineEnd >= 0 && /^[>|]-?$/.test(header)
      ? new BlockScalar(header[0] === '>', header.length === 2)
      : null;
  }

  /** @param parent lines that begin in this column or before it are behind the scalar */
  add(line: string, parent: number): 'text' | 'blank' | 'behind' | 'unusual' {
    let indent = 0;
    while (line[indent] === ' ') indent++;
    if (indent === line.length) {
      // Blanks that are longer than the indentation are text, and before the first line a mistake.
      if (indent > 0 && (this.#indent < 0 || indent > this.#indent)) return 'unusual';
      this.#breaks++;
      return 'blank';
    }
    if (indent <= parent) return 'behind';
    if (this.#indent < 0) {
      this.#indent = indent;
      this.#text = '\n'.repeat(this.#breaks);
    } else {
      if (indent < this.#indent) return 'unusual';
      this.#join(indent > this.#indent);
    }
    this.#text += line.slice(this.#indent);
    this.#afterIndented = indent > this.#indent;
    this.#breaks = 1;
    return 'text';
  }

  /** Folding makes one line end a blank and takes one of several, but leaves indented lines alone. */
  #join(indented: boolean): void {
    if (!this.#folded || indented || this.#afterIndented) this.#text += '\n'.repeat(this.#breaks);
    else this.#text += this.#breaks === 1 ? ' ' : '\n'.repeat(this.#breaks - 1);
  }

  /** Null when no line was text. */
  node(at: Position, end: number): YamlScalar | null {
    if (this.#indent < 0) return null;
    const text = this.#strips ? this.#text : `${this.#text}\n`;
    return { kind: 'scalar', text, style: this.#folded ? 'folded' : 'literal', at, end };
  }
}
