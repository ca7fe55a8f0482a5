import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLParseError,
} from 'yaml';
import { LineIndex, type Position, type ScalarStyle, type YamlEntry, type YamlNode } from './yaml-nodes.ts';
import { parsePlainYaml } from './yaml-plain.ts';

/** Deepest nesting a rules file may have. A rule with exceptions needs eight levels. */
const MAX_DEPTH = 64;
/** Most nodes after aliases are followed; beyond it lies an alias bomb, not a rules file. */
const MAX_NODES = 2_000_000;
/** Most lexical tokens of a file that only the library can read: it spends a second on a million. */
const MAX_TOKENS = 350_000;
const MAX_DOCUMENTS = 10_000;

export interface YamlError {
  readonly message: string;
  readonly at: Position;
}

export type YamlResult = { readonly documents: readonly YamlNode[] } | { readonly error: YamlError };

/** Reads every document of a text. Any text gives a result: the first error, or all documents. */
export function parseYaml(text: string): YamlResult {
  const plain = parsePlainYaml(text);
  return plain === null ? parseAnyYaml(text) : { documents: [plain] };
}

/** The same through the library, whatever the text. */
export function parseAnyYaml(text: string): YamlResult {
  const lines = new LineIndex(text);
  const traceLimit = Error.stackTraceLimit;
  try {
    // The library makes an Error for every fault it sees; a hostile file has a million of them.
    Error.stackTraceLimit = 0;
    return { documents: compose(text).map((document) => new Converter(document, lines).run()) };
  } catch (error) {
    if (error instanceof YamlFailure) {
      return { error: explain(error, text, lines) };
    }
    throw error;
  } finally {
    Error.stackTraceLimit = traceLimit;
  }
}

/** A tab among the blanks before a line is the usual cause, wherever the library stumbles over it. */
function explain(error: YamlFailure, text: string, lines: LineIndex): YamlError {
  const at = lines.position(Math.min(error.offset, text.length));
  const start = at.offset - at.column;
  const blanks = /^[ \t]*/.exec(text.slice(start, start + 1000))![0];
  const tab = blanks.indexOf('\t');
  if (tab < 0) return { message: error.message, at };
  return { message: 'a tab can not indent, use blanks', at: lines.position(start + tab) };
}

class YamlFailure extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The library's composer descends by calls, so depth is bounded while its parser, which keeps a stack of its
 * own, is fed. Keys are compared by our linter, because the library compares each with all others.
 */
function compose(text: string): Document.Parsed[] {
  const composer = new Composer({
    schema: 'failsafe',
    // Tags say nothing here; sets and ordered maps would be other nodes.
    resolveKnownTags: false,
    strict: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const parser = new Parser();
  const documents: Document.Parsed[] = [];
  const take = (batch: Iterable<unknown>): void => {
    for (const document of batch as Iterable<Document.Parsed>) {
      const error = document.errors[0] as YAMLParseError | undefined;
      if (error !== undefined) throw new YamlFailure(firstLine(error.message), error.pos[0]);
      if (documents.push(document) > MAX_DOCUMENTS) {
        throw new YamlFailure(`more than ${MAX_DOCUMENTS} documents`, document.range[0]);
      }
    }
  };
  let tokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) take(accept(token, composer));
    if (++tokens > MAX_TOKENS) throw new YamlFailure('too many YAML tokens, split the file', parser.offset);
    if (parser.stack.length > MAX_DEPTH) {
      throw new YamlFailure(`nested deeper than ${MAX_DEPTH} levels`, parser.offset);
    }
  }
  for (const token of parser.end()) take(accept(token, composer));
  take(composer.end());
  return documents;
}

function accept(token: CST.Token, composer: Composer): Iterable<unknown> {
  if (token.type === 'error') throw new YamlFailure(firstLine(token.message), token.offset);
  return composer.next(token);
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.replace(/ at line \d+.*$/, '');

const STYLES: Record<string, ScalarStyle> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** Turns one composed document into our nodes. Depth is bounded by `compose`. */
class Converter {
  readonly #document: Document.Parsed;
  readonly #lines: LineIndex;
  readonly #anchors = new Map<string, { node: YamlNode; size: number }>();
  #nodes = 0;

  constructor(document: Document.Parsed, lines: LineIndex) {
    this.#document = document;
    this.#lines = lines;
  }

  run(): YamlNode {
    const contents = this.#document.contents as ParsedNode | null;
    if (contents === null) return { kind: 'null', at: this.#lines.position(0) };
    return this.#convert(contents);
  }

  #convert(node: ParsedNode): YamlNode {
    if (isAlias(node)) return this.#follow(node.source, node.range[0]);
    const before = this.#nodes;
    this.#count(1, node.range[0]);
    const made = this.#make(node);
    // An anchor counts from here on: an alias inside its own anchor would be a cycle.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { node: made, size: this.#nodes - before });
    return made;
  }

  #follow(name: string, offset: number): YamlNode {
    const target = this.#anchors.get(name);
    if (target === undefined) throw new YamlFailure(`unknown alias *${name}`, offset);
    this.#count(target.size, offset);
    return target.node;
  }

  #count(nodes: number, offset: number): void {
    this.#nodes += nodes;
    if (this.#nodes > MAX_NODES) throw new YamlFailure('aliases expand to too many nodes', offset);
  }

  #make(node: ParsedNode): YamlNode {
    const at = this.#lines.position(node.range[0]);
    if (isScalar(node)) return makeScalar(node, at, node.range[1]);
    if (isSeq(node)) {
      return { kind: 'seq', items: node.items.map((item) => this.#convert(item as ParsedNode)), at };
    }
    if (!isMap(node)) throw new YamlFailure('unexpected node', node.range[0]);
    const entries: YamlEntry[] = node.items.map((pair) => {
      const key = this.#convert(pair.key as ParsedNode);
      const value = pair.value as ParsedNode | null;
      return {
        key,
        value: value === null ? { kind: 'null', at: key.at } : this.#convert(value),
      };
    });
    return { kind: 'map', entries, at };
  }
}

function makeScalar(node: Scalar.Parsed, at: Position, end: number): YamlNode {
  const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
  const text = String(node.value ?? '');
  // `!=` without quotes is a tag with nothing behind it: empty text, not null.
  const tagged = node.tag !== undefined;
  if (style === 'plain' && !tagged && /^(|~|null|Null|NULL)$/.test(text)) return { kind: 'null', at };
  return { kind: 'scalar', text, style, at, end };
}
