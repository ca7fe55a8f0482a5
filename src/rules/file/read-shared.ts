import type { WarningCode } from './codes.ts';
import type { Context } from './context.ts';
import { keysOf, optionalScalar, toBoolean } from './decode.ts';
import type { TextPiece } from './items.ts';
import type { YamlMap, YamlScalar } from './yaml-nodes.ts';

/**
 * Reads one part of an item. When the part is wrong, that is reported and the item goes on with `otherwise`, so that
 * one wrong key does not hide the others; under compat the fault ends the item.
 */
export type Tolerate = <T>(read: () => T, otherwise: T) => T;

export type Warn = (code: WarningCode, message: string, context: Context) => void;

const APPEND_DEPRECATED =
  "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";

export function warnUnknownKeys(item: YamlMap, known: readonly string[], context: Context, warn: Warn): void {
  for (const key of keysOf(item, context)) {
    if (!known.includes(key)) {
      warn('LOAD_UNKNOWN_KEY', `Unknown key '${key}'. The key will be ignored.`, context);
    }
  }
}

/** The old `append: true`; warns because `override` replaces it. */
export function readAppendFlag(item: YamlMap, context: Context, warn: Warn): boolean {
  const node = optionalScalar(item, 'append', context);
  const append = node !== undefined && toBoolean(node, 'append', context);
  if (append) warn('LOAD_DEPRECATED_ITEM', APPEND_DEPRECATED, context);
  return append;
}

export function piece(node: YamlScalar, context: Context): TextPiece {
  return { text: node.text, node, file: context.file };
}
