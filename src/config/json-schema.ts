import { DEFAULTS } from './defaults.ts';
import { NOT_USED } from './later.ts';
import { SCHEMA } from './schema.ts';
import type { Shape } from './shape.ts';

type Json = Readonly<Record<string, unknown>>;

// What the reader takes for a boolean and a number, as it also comes out of an environment variable.
const BOOLEAN_WORDS =
  '^([Tt][Rr][Uu][Ee]|[Yy]([Ee][Ss])?|[Oo][Nn]|[Ff][Aa][Ll][Ss][Ee]|[Nn][Oo]?|[Oo][Ff][Ff])$';
const VARIABLE = '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}';

/** The configuration as JSON schema (draft 2020-12), for editors and for checks before a roll-out. */
export function configSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'saker.yaml',
    ...schemaOf(SCHEMA, DEFAULTS, ''),
  };
}

/** @param path dotted, from the top to a key; null below a list, where no key of falco.yaml is missing */
function schemaOf(shape: Shape, fallback: unknown, path: string | null): Json {
  const isScalar = typeof fallback !== 'object' || Array.isArray(fallback);
  const more = fallback === undefined || !isScalar ? {} : { default: fallback };
  return { ...typeOf(shape, fallback, path), ...more };
}

function typeOf(shape: Shape, fallback: unknown, path: string | null): Json {
  switch (shape.kind) {
    case 'bool':
      return {
        anyOf: [{ type: 'boolean' }, { type: 'string', pattern: `${BOOLEAN_WORDS}|${VARIABLE}` }, NOTHING],
      };
    case 'int':
      return {
        anyOf: [
          { type: 'integer', minimum: shape.min, maximum: shape.max },
          { type: 'string', pattern: `^[+-]?[0-9]+$|${VARIABLE}` },
          NOTHING,
        ],
      };
    case 'number':
      return {
        anyOf: [
          { type: 'number', minimum: shape.min, maximum: shape.max },
          { type: 'string', pattern: `^[+-]?[0-9.]+(e-?[0-9]+)?$|${VARIABLE}` },
          NOTHING,
        ],
      };
    case 'text':
      return { type: ['string', 'number', 'boolean', 'null'] };
    case 'choice':
      return choice(shape.values, Object.keys(shape.aliases ?? {}));
    case 'list':
      return { type: ['array', 'null'], items: schemaOf(shape.of, undefined, null) };
    case 'map':
      return { type: ['object', 'null'], additionalProperties: schemaOf(shape.of, undefined, null) };
    case 'either':
      return { anyOf: [schemaOf(shape.single, undefined, null), schemaOf(shape.keyed, undefined, null)] };
    default:
      return section(shape.keys, (fallback ?? shape.defaults ?? {}) as Json, path);
  }
}

const NOTHING = { type: 'null' };

/** In any case of letters, as the reader takes it. */
function choice(values: readonly string[], aliases: readonly string[]): Json {
  const words = [...values, ...aliases].map((word) =>
    [...word].map((c) => (/[a-z]/i.test(c) ? `[${c.toUpperCase()}${c.toLowerCase()}]` : c)).join(''),
  );
  const enumerated = { enum: values };
  return { anyOf: [enumerated, { type: 'string', pattern: `^(${words.join('|')})$|${VARIABLE}` }, NOTHING] };
}

/** Unknown keys only warn when saker starts; here they are what one wants to see. */
function section(keys: Readonly<Record<string, Shape>>, fallback: Json, path: string | null): Json {
  const properties = Object.fromEntries(
    Object.entries(keys).map(([key, shape]) => [
      key,
      schemaOf(shape, fallback[key], path === null ? null : join(path, key)),
    ]),
  );
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { ...notUsed(path), ...properties },
  };
}

/** Keys of falco.yaml without an effect: an existing file is valid with them. */
function notUsed(path: string | null): Json {
  if (path === null) return {};
  const start = path === '' ? '' : `${path}.`;
  const below = Object.entries(NOT_USED).filter(
    ([key]) => key.startsWith(start) && !key.slice(start.length).includes('.'),
  );
  return Object.fromEntries(
    below.map(([key, why]) => [key.slice(start.length), { description: `no effect: ${why}` }]),
  );
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
