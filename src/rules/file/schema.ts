/** The form of rules files as JSON schema, from the keys that the loader reads. */
import { PRIORITIES } from '../../base/alert.ts';
import { ITEM_KINDS, type ItemKind } from './read.ts';
import { EXCEPTION_KEYS } from './read-exceptions.ts';
import { APPENDABLE, NEEDED, REPLACEABLE, type RuleKey } from './read-rule.ts';

type Json = Readonly<Record<string, unknown>>;

/** A scalar is text to the loader, whatever YAML takes it for; it is never empty. */
const TEXT: Json = { type: ['string', 'number', 'boolean'], minLength: 1 };
const FLAG: Json = {
  anyOf: [
    { type: 'boolean' },
    {
      type: 'string',
      pattern: '^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$',
    },
  ],
};
const WHOLE: Json = {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 0xffff_ffff },
    { type: 'string', pattern: '^\\s*\\+?(0[xX][0-9a-fA-F]+|[0-9]+)\\s*$' },
  ],
};
const TEXTS: Json = { type: 'array', items: { type: ['string', 'number', 'boolean'] } };

/** In any case of letters. */
function priority(): Json {
  const anyCase = [...PRIORITIES, 'Info'].map((word) =>
    [...word].map((c) => `[${c.toUpperCase()}${c.toLowerCase()}]`).join(''),
  );
  const enumerated = { enum: [...PRIORITIES, 'Info'].map((word) => word.toUpperCase()) };
  return { anyOf: [enumerated, { type: 'string', pattern: `^(${anyCase.join('|')})$` }] };
}

const SHAPES: Readonly<Record<RuleKey, Json>> = {
  condition: TEXT,
  exceptions: { $ref: '#/$defs/exceptions' },
  output: TEXT,
  desc: TEXT,
  tags: TEXTS,
  priority: priority(),
  capture: FLAG,
  capture_duration: WHOLE,
  enabled: FLAG,
  warn_evttypes: FLAG,
  'skip-if-unknown-filter': FLAG,
};

const object = (properties: Json, required: readonly string[]): Json => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const only = <K extends string>(keys: readonly K[], from: Readonly<Record<K, Json>>): Record<string, Json> =>
  Object.fromEntries(keys.map((key) => [key, from[key]]));

function overrides(append: readonly string[], replace: readonly string[]): Json {
  const words = (key: string) => [
    ...(append.includes(key) ? ['append'] : []),
    ...(replace.includes(key) ? ['replace'] : []),
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(replace.map((key) => [key, { enum: words(key) }])),
    additionalProperties: false,
    minProperties: 1,
  };
}

/** A definition, an addition to an earlier one, or one that replaces it. */
function withContent(kind: 'list' | 'macro', key: string, shape: Json): Json {
  const properties = { [kind]: TEXT, [key]: shape, append: FLAG, override: overrides([key], [key]) };
  return { ...object(properties, [kind, key]), not: { required: ['append', 'override'] } };
}

function rule(): Json {
  const head = { rule: TEXT, source: TEXT };
  const oldStyle = { ...head, ...only(REPLACEABLE, SHAPES), append: { ...FLAG } };
  const changed = Object.fromEntries(
    REPLACEABLE.map((key) => [key, { properties: { override: { type: 'object', required: [key] } } }]),
  );
  return {
    anyOf: [
      { title: 'a rule', ...object({ ...oldStyle, append: NO }, ['rule', ...NEEDED]) },
      {
        title: 'a change of an earlier rule',
        ...object(
          {
            ...head,
            ...only(REPLACEABLE, { ...SHAPES, exceptions: { $ref: '#/$defs/changed_exceptions' } }),
            override: overrides(APPENDABLE, REPLACEABLE),
          },
          ['rule', 'override'],
        ),
        dependentSchemas: changed,
        allOf: REPLACEABLE.map((key) => ({
          if: { properties: { override: { type: 'object', required: [key] } } },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
          then: { required: [key] },
        })),
      },
      {
        title: 'an addition to an earlier rule; override is its newer form',
        ...object({ ...oldStyle, exceptions: { $ref: '#/$defs/changed_exceptions' }, append: YES }, [
          'rule',
          'append',
        ]),
      },
      {
        title: 'an earlier rule switched on or off; override is its newer form',
        ...object({ ...head, enabled: FLAG }, ['rule', 'enabled']),
      },
    ],
  };
}

const YES: Json = { enum: [true, 'true', 'yes', 'on'] };
const NO: Json = { enum: [false, 'false', 'no', 'off'] };

function exceptions(required: readonly string[]): Json {
  const nested = { $ref: '#/$defs/entry' };
  const shapes: Record<(typeof EXCEPTION_KEYS)[number], Json> = {
    name: TEXT,
    fields: nested,
    comps: nested,
    values: { type: 'array', items: nested },
  };
  return { type: ['array', 'null'], items: object(only(EXCEPTION_KEYS, shapes), required) };
}

function plugins(): Json {
  const version = { name: TEXT, version: TEXT };
  const alternatives = { type: 'array', items: object(version, ['name', 'version']) };
  return { type: 'array', items: object({ ...version, alternatives }, ['name', 'version']) };
}

const ITEMS: Readonly<Record<ItemKind, () => Json>> = {
  required_engine_version: () => object({ required_engine_version: TEXT }, ['required_engine_version']),
  required_plugin_versions: () =>
    object({ required_plugin_versions: plugins() }, ['required_plugin_versions']),
  list: () => withContent('list', 'items', TEXTS),
  macro: () => withContent('macro', 'condition', TEXT),
  rule,
};

/**
 * JSON schema (draft 2020-12) of a rules file, for editors and for checks before a roll-out. What only the whole of
 * the rules shows (names, fields, types, conditions) it cannot know: `saker check` does.
 */
export function rulesSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'rules file of saker and Falco',
    type: ['array', 'null'],
    items: { anyOf: ITEM_KINDS.map((kind) => ITEMS[kind]()) },
    $defs: {
      entry: { anyOf: [TEXT, { type: 'array', items: { $ref: '#/$defs/entry' } }] },
      exceptions: exceptions(['name', 'fields']),
      changed_exceptions: exceptions(['name']),
    },
  };
}
