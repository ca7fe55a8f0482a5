import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import type { Problem } from '../base/errors.ts';
import { type Entry, emptyMap, type MapTree, type Place, problemAt, type Tree, wholeFile } from './tree.ts';

// A configuration is read by people; beyond these bounds it is a mistake or an alias bomb.
const MAX_NODES = 100_000;
const MAX_DEPTH = 64;

/** Reads `${NAME}` in a scalar; undefined when the variable is not set. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface Parsed<T extends Tree = Tree> {
  /** null when an error is among the problems. */
  readonly tree: T | null;
  readonly problems: readonly Problem[];
}

/** One YAML file whose top is a section. An empty file is an empty section. */
export function parseFile(text: string, file: string, env: Env): Parsed<MapTree> {
  const { tree, problems } = parseYaml(text, file, env);
  if (tree === null) return { tree, problems };
  if (tree.kind === 'map') return { tree, problems };
  if (tree.kind === 'scalar' && tree.absent) return { tree: emptyMap(file), problems };
  const wrong = problemAt(
    'SAKER_E_CONFIG_TYPE',
    tree.place,
    'the file must hold keys and values',
    'write lines of the form "key: value"',
  );
  return { tree: null, problems: [...problems, wrong] };
}

export function parseYaml(text: string, file: string, env: Env): Parsed {
  const lines = new LineCounter();
  // failsafe: every scalar stays text; the shape decides whether "yes" or "010" is a boolean or a number.
  const docs = parseDocuments(text, lines);
  const reader = new Reader(text, file, lines, env);
  if (docs === null) return reader.fail(wholeFile(file), 'the file is nested too deeply', 'flatten it');
  const [doc, second] = docs;
  for (const d of docs) {
    const [error] = d.errors;
    if (error === undefined) continue;
    // What stands behind the colon is quoted from the file, and may be a token.
    const what = error.message.split(/ at line \d+|\n|(?<=^Unresolved [^:]*):/)[0] ?? 'not valid YAML';
    return reader.fail(
      reader.place(error.pos[0], error.pos[1]),
      what,
      'correct the YAML; mind the indentation',
    );
  }
  if (second !== undefined) {
    return reader.fail(
      reader.place(second.range[0]),
      'a second YAML document begins',
      'keep one document per file',
    );
  }
  try {
    return { tree: reader.readDocument(doc), problems: reader.problems };
  } catch (error) {
    if (error instanceof TooBig)
      return reader.fail(wholeFile(file), error.message, 'shorten it; expand no alias a thousand times');
    if (error instanceof NoAnchor) return reader.fail(error.place, error.message, error.advice);
    throw error;
  }
}

function parseDocuments(text: string, lineCounter: LineCounter) {
  try {
    const docs = parseAllDocuments(text, {
      schema: 'failsafe',
      lineCounter,
      prettyErrors: false,
      logLevel: 'silent',
    });
    return Array.isArray(docs) ? docs : [];
  } catch (error) {
    // The YAML composer recurses; only nesting of thousands of levels gets here.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

class TooBig extends Error {}

/** The name is not told: it may be a password that begins with a star. */
class NoAnchor extends Error {
  readonly place: Place;
  readonly advice = 'put a text that begins with * in quotes, or define the anchor (&name) before its alias';

  constructor(place: Place) {
    super('an alias (*name) without an anchor');
    this.place = place;
  }
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #env: Env;
  #document: Document.Parsed | undefined;
  #nodes = 0;

  constructor(text: string, file: string, lines: LineCounter, env: Env) {
    this.#text = text;
    this.#file = file;
    this.#lines = lines;
    this.#env = env;
  }

  fail(place: Place, what: string, advice: string): Parsed<never> {
    return {
      tree: null,
      problems: [...this.problems, problemAt('SAKER_E_CONFIG_YAML', place, what, advice)],
    };
  }

  place(start: number, end: number = start + 1): Place {
    const { line, col } = this.#lines.linePos(start);
    const lineStart = start - (col - 1);
    const lineEnd = this.#text.indexOf('\n', lineStart);
    const source = this.#text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
    return {
      file: this.#file,
      line,
      column: col,
      length: Math.max(1, Math.min(end - start, source.length - col + 1)),
      source,
    };
  }

  readDocument(document: Document.Parsed | undefined): Tree {
    this.#document = document;
    return this.#read(document?.contents, 0);
  }

  #read(node: Node | null | undefined, depth: number): Tree {
    if (++this.#nodes > MAX_NODES) throw new TooBig(`the file has more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH) throw new TooBig(`the file is nested more than ${MAX_DEPTH} levels deep`);
    const place = node?.range ? this.place(node.range[0], node.range[1]) : wholeFile(this.#file);
    const inner = (n: unknown) => this.#read(n as Node | null, depth + 1);
    if (isAlias(node)) {
      const target = this.#document && node.resolve(this.#document);
      if (target === undefined) throw new NoAnchor(place);
      return inner(target);
    }
    if (isSeq(node)) return { kind: 'list', items: node.items.map(inner), place };
    if (isMap(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const name = inner(key);
        if (name.kind === 'scalar') entries.set(name.text, { place: name.place, value: inner(value) });
      }
      return { kind: 'map', entries, place };
    }
    const plain = !isScalar(node) || node.type === 'PLAIN' || node.type === undefined;
    const text = this.#expand(isScalar(node) ? String(node.value ?? '') : '', place);
    return { kind: 'scalar', text, absent: plain && /^(|~|null|Null|NULL)$/.test(text), place };
  }

  /** Falco's expansion: `${NAME}` becomes the variable, `$${NAME}` the text `${NAME}`. */
  #expand(text: string, place: Place): string {
    return text.replace(/\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (all, dollar: string, name: string) => {
      if (dollar !== '') return all.slice(1);
      const value = this.#env[name];
      if (value === undefined) {
        const advice = `set ${name} for the service (systemctl edit saker, Environment=) or write the value`;
        this.problems.push(problemAt('SAKER_W_CONFIG_ENV', place, `the variable ${name} is not set`, advice));
      }
      return value ?? '';
    });
  }
}
