import type { TextPiece } from './items.ts';
import { LineIndex, type Place } from './yaml-nodes.ts';

/** The contents of the files being loaded, to find the true place of a character of a condition or output. */
export class Sources {
  readonly #files = new Map<string, { readonly content: string; readonly lines: LineIndex }>();
  #walked: { readonly node: TextPiece['node']; readonly offsets: Uint32Array } | null = null;

  add(name: string, content: string): void {
    this.#files.set(name, { content, lines: new LineIndex(content) });
  }

  /** Where the character `offset` of the joined pieces was written. */
  place(pieces: readonly TextPiece[], offset: number): Place {
    let rest = offset;
    for (const [index, piece] of pieces.entries()) {
      if (rest <= piece.text.length || index === pieces.length - 1) return this.#placeIn(piece, rest);
      rest -= piece.text.length + 1;
    }
    return { offset: 0, line: 0, column: 0, file: '' };
  }

  #placeIn({ text, node, file }: TextPiece, offset: number): Place {
    const source = this.#files.get(file);
    if (source === undefined) return { ...node.at, file };
    // A long text with a hundred notes is walked once for all of them.
    if (this.#walked?.node !== node) {
      const written = source.content.slice(node.at.offset, node.end);
      this.#walked = { node, offsets: writtenOffsets(written, text) };
    }
    const { offsets } = this.#walked;
    const within = offsets[Math.min(offset, text.length)]!;
    return { ...source.lines.position(node.at.offset + within), file };
  }
}

/**
 * For each character of a text, and for its end, the character of the written scalar it came from. YAML folds line
 * ends, strips indentation and resolves escapes, so both are walked together: blanks may differ, all else is equal
 * or was escaped. Zero from where they part.
 */
function writtenOffsets(written: string, text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let at = /^[>|][^\n]*\n|^["']/.exec(written)?.[0].length ?? 0;
  for (let index = 0; index < text.length; index++) {
    const wanted = text[index]!;
    const blank = /\s/.test(wanted);
    if (!blank) while (at < written.length && written[at] !== wanted) at++;
    if (!blank && at >= written.length) return offsets;
    offsets[index] = Math.min(at, written.length);
    if (!blank) at++;
  }
  offsets[text.length] = Math.max(0, Math.min(at - 1, written.length));
  return offsets;
}
