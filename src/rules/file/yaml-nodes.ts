/**
 * YAML as rules files need it: scalars are text, maps keep the order and the repetitions of their keys, and
 * every node knows its place. Aliases are shared nodes, so the tree is a graph without cycles.
 */

/** Zero-based; `offset` and `column` count UTF-16 units. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A position and the file it is in. */
export interface Place extends Position {
  readonly file: string;
}

interface NodeBase {
  readonly at: Position;
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface YamlScalar extends NodeBase {
  readonly kind: 'scalar';
  readonly text: string;
  readonly style: ScalarStyle;
  /** Offset behind the last character as written. */
  readonly end: number;
}

/** An absent value, or a plain `~` or `null`. */
export interface YamlNull extends NodeBase {
  readonly kind: 'null';
}

export interface YamlSeq extends NodeBase {
  readonly kind: 'seq';
  readonly items: readonly YamlNode[];
}

export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlMap extends NodeBase {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}

export type YamlNode = YamlScalar | YamlNull | YamlSeq | YamlMap;

/** The value of a key; the first one when the key is repeated, as Falco reads it. */
export function getKey(map: YamlMap, key: string): YamlNode | undefined {
  return map.entries.find((entry) => keyText(entry.key) === key)?.value;
}

/** The text of a key, or null when the key is itself a map or a sequence. */
export function keyText(key: YamlNode): string | null {
  if (key.kind === 'scalar') return key.text;
  return key.kind === 'null' ? '' : null;
}

/** Line and column of offsets in one text. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low, column: offset - this.#starts[low]! };
  }
}
