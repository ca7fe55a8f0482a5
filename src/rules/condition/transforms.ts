/** What transformers do to values. Byte text in, byte text out; null when there is nothing to give. */
import type { TransformOperand } from './checked.ts';
import { asciiLower, asciiUpper, basename, decodeBase64, readOptions } from './text.ts';

type UnaryName = 'tolower' | 'toupper' | 'b64' | 'basename';

export function transformText(name: UnaryName, text: string): string | null {
  switch (name) {
    case 'tolower':
      return asciiLower(text);
    case 'toupper':
      return asciiUpper(text);
    case 'b64':
      return decodeBase64(text);
    case 'basename':
      return basename(text);
  }
}

export type Transformed = string | number | readonly string[];

/** Applies a transformer to arguments that are all present. */
export function transform(operand: TransformOperand, args: readonly Transformed[]): Transformed | null {
  const { name, index } = operand;
  const first = args[0]!;
  switch (name) {
    case 'len':
      return typeof first === 'number' ? null : first.length;
    case 'join':
      return (args[1] as readonly string[]).join(first as string);
    case 'concat':
      return (args as readonly string[]).join('');
    case 'getopt': {
      const found = readOptions(first as readonly string[], args[1] as string);
      return index === null ? found.values : (found.byOption.get(index) ?? null);
    }
    default:
      if (typeof first === 'string') return transformText(name, first);
      return typeof first === 'number' ? null : mapTexts(name, first);
  }
}

function mapTexts(name: UnaryName, texts: readonly string[]): string[] | null {
  const out = texts.map((text) => transformText(name, text));
  return out.every((text) => text !== null) ? out : null;
}
