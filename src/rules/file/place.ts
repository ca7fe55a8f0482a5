import type { TextPiece } from './items.ts';
import { LineIndex, type Place } from './yaml-nodes.ts';

/** The contents of the files being loaded, to find the true place of a character of a condition or output. */
export class Sources {
  readonly #files = new Map<string, { readonly content: string; readonly lines: LineIndex }>();

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
    const written = source.content.slice(node.at.offset, node.end);
    return { ...source.lines.position(node.at.offset + writtenOffset(written, text, offset)), file };
  }
}

/**
 * Finds the character of the written scalar that became character `offset` of its text. YAML folds line ends,
 * strips indentation and resolves escapes, so both are walked together: blanks may differ, all else is equal or
 * was escaped.
 */
function writtenOffset(written: string, text: string, offset: number): number {
  const header = /^[>|][^\n]*\n|^["']/.exec(written)?.[0].length ?? 0;
  let at = header;
  for (let index = 0; index < text.length; index++) {
    const wanted = text[index]!;
    if (/\s/.test(wanted)) {
      if (index === offset) return Math.min(at, written.length);
      continue;
    }
    while (at < written.length && written[at] !== wanted) at++;
    if (at >= written.length) return 0;
    if (index >= offset) return at;
    at++;
  }
  return Math.max(0, Math.min(at - 1, written.length));
}
