import type { ErrorCode } from './codes.ts';
import { type Context, RuleLoadError, within } from './context.ts';
import { getKey, keyText, type YamlMap, type YamlNode, type YamlScalar } from './yaml-nodes.ts';

/** Ends the item with Falco's code for a wrong structure. */
export function refuse(message: string, context: Context, hint?: string): never {
  throw new RuleLoadError('LOAD_ERR_YAML_VALIDATE', message, context, hint);
}

/** Ends the item with Falco's code for a wrong object. */
export function invalid(message: string, context: Context, hint?: string): never {
  throw new RuleLoadError('LOAD_ERR_VALIDATE', message, context, hint);
}

export function fail(code: ErrorCode, message: string, context: Context, hint?: string): never {
  throw new RuleLoadError(code, message, context, hint);
}

/** A required scalar, never empty. */
export function requiredScalar(map: YamlMap, key: string, context: Context): YamlScalar {
  const node = getKey(map, key);
  if (node === undefined) refuse(`Item has no mapping for key '${key}'`, context);
  return scalar(node, key, context);
}

export function optionalScalar(map: YamlMap, key: string, context: Context): YamlScalar | undefined {
  const node = getKey(map, key);
  return node === undefined ? undefined : scalar(node, key, context);
}

function scalar(node: YamlNode, key: string, context: Context): YamlScalar {
  if (node.kind === 'null') refuse(`Mapping for key '${key}' is empty`, context);
  if (node.kind === 'scalar' && node.text !== '') return node;
  const what = node.kind === 'scalar' ? 'Value must be non-empty' : 'Value is not a scalar value';
  return refuse(what, within(context, 'value for', key, node));
}

const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** YAML 1.1 words for truth, quoted or not. */
export function toBoolean(node: YamlScalar, key: string, context: Context): boolean {
  if (TRUE.test(node.text)) return true;
  if (FALSE.test(node.text)) return false;
  return refuse("Can't decode YAML scalar value", within(context, 'value for', key, node));
}

/** An unsigned 32-bit number in decimal, hexadecimal or octal; null for any other text. */
export function parseUnsigned(text: string): number | null {
  if (!/^\s*\+?(0[xX][0-9a-fA-F]+|[0-9]+)\s*$/.test(text)) return null;
  const digits = text.trim().replace('+', '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isInteger(value) && value <= 0xffff_ffff ? value : null;
}

export function toUnsigned(node: YamlScalar, key: string, context: Context): number {
  const value = parseUnsigned(node.text);
  if (value === null) refuse("Can't decode YAML scalar value", within(context, 'value for', key, node));
  return value;
}

/** A sequence of scalars; null entries read as empty text. */
export function scalars(map: YamlMap, key: string, context: Context): string[] | undefined {
  const node = getKey(map, key);
  if (node === undefined) return undefined;
  const at = within(context, 'value for', key, node);
  if (node.kind !== 'seq') refuse('Value is not a sequence', at);
  return node.items.map((item) => {
    if (item.kind !== 'scalar') refuse('sequence value is not scalar', within(at, 'list item', '', item));
    return item.text;
  });
}

/** Every key as text; a key that is a map or sequence makes the whole item invalid. */
export function keysOf(map: YamlMap, context: Context): string[] {
  return map.entries.map(({ key }) => keyText(key) ?? invalid('A key must be a scalar value', context));
}
