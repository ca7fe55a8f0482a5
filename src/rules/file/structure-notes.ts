import { keyText, type YamlMap, type YamlNode } from './yaml-nodes.ts';

/**
 * Falco also checks files against a JSON schema and reports what it finds as `schema_warnings`, apart from errors
 * and warnings. This is that check: the same shapes, and notes in the same words because tools show them.
 */
type Shape =
  | { readonly kind: 'string'; readonly among?: readonly string[] }
  | { readonly kind: 'boolean' | 'integer' | 'any' }
  | { readonly kind: 'array'; readonly of: Shape }
  | ObjectShape;

interface ObjectShape {
  readonly kind: 'object';
  readonly properties: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

const STRING: Shape = { kind: 'string' };
const BOOLEAN: Shape = { kind: 'boolean' };
const INTEGER: Shape = { kind: 'integer' };
const ANY: Shape = { kind: 'any' };
const OPERATION: Shape = { kind: 'string', among: ['append', 'replace'] };
const arrayOf = (of: Shape): Shape => ({ kind: 'array', of });

const OVERRIDABLE =
  'items desc condition output priority enabled exceptions capture capture_duration tags warn_evttypes skip-if-unknown-filter';
const REQUIREMENT = { name: STRING, version: STRING };

const ITEM: ObjectShape = {
  kind: 'object',
  properties: {
    required_engine_version: STRING,
    required_plugin_versions: arrayOf({
      kind: 'object',
      properties: {
        ...REQUIREMENT,
        alternatives: arrayOf({ kind: 'object', properties: REQUIREMENT, required: ['name', 'version'] }),
      },
      required: ['name', 'version'],
    }),
    macro: STRING,
    condition: STRING,
    list: STRING,
    items: arrayOf(STRING),
    rule: STRING,
    desc: STRING,
    enabled: BOOLEAN,
    output: STRING,
    append: BOOLEAN,
    priority: {
      kind: 'string',
      among: [
        'EMERGENCY',
        'ALERT',
        'CRITICAL',
        'ERROR',
        'WARNING',
        'NOTICE',
        'INFO',
        'INFORMATIONAL',
        'DEBUG',
      ],
    },
    capture: BOOLEAN,
    capture_duration: INTEGER,
    source: STRING,
    exceptions: arrayOf({
      kind: 'object',
      properties: { name: STRING, fields: ANY, comps: ANY, values: ANY },
      required: ['name'],
    }),
    override: {
      kind: 'object',
      properties: Object.fromEntries(OVERRIDABLE.split(' ').map((key) => [key, OPERATION])),
    },
    tags: arrayOf(STRING),
    warn_evttypes: BOOLEAN,
    'skip-if-unknown-filter': BOOLEAN,
  },
};
const DOCUMENT = arrayOf(ITEM);

/** Most notes of one file: each wrong item gives several. */
const MAX_NOTES = 1000;

/** Notes on every document; none when all have the expected structure. */
export function structureNotes(documents: readonly YamlNode[]): string[] {
  const notes: string[] = [];
  for (const document of documents) if (document.kind !== 'null') check(document, DOCUMENT, '<root>', notes);
  return notes;
}

function check(node: YamlNode, shape: Shape, path: string, notes: string[]): boolean {
  const before = notes.length;
  const note = (text: string): void => {
    if (notes.length < MAX_NOTES) notes.push(`failed for ${path}: ${text}`);
  };
  if (!hasKind(node, shape)) note("Value type not permitted by 'type' constraint.");
  else if (shape.kind === 'string' && shape.among !== undefined) {
    if (node.kind !== 'scalar' || !shape.among.includes(node.text)) {
      note('Failed to match against any enum values.');
    }
  } else if (shape.kind === 'array' && node.kind === 'seq') {
    for (const [index, item] of node.items.entries()) {
      if (notes.length >= MAX_NOTES) break;
      if (!check(item, shape.of, `${path}[${index}]`, notes))
        note(`Failed to validate item #${index} in array.`);
    }
  } else if (shape.kind === 'object' && node.kind === 'map') {
    checkObject(node, shape, path, notes, note);
  }
  return notes.length === before;
}

function checkObject(
  node: YamlMap,
  shape: ObjectShape,
  path: string,
  notes: string[],
  note: (text: string) => void,
): void {
  const seen = new Set<string>();
  for (const { key, value } of node.entries) {
    const name = keyText(key) ?? '';
    const known = Object.hasOwn(shape.properties, name) && !seen.has(name);
    if (!known) {
      // A repeated key is an unnamed one to Falco's checker.
      const shown = seen.has(name) ? '' : name;
      note(
        `Object contains a property that could not be validated using 'properties' or 'additionalProperties' constraints: '${shown}'.`,
      );
    } else if (!check(value, shape.properties[name]!, `${path}["${name}"]`, notes)) {
      note(`Failed to validate against schema associated with property name '${name}'.`);
    }
    seen.add(name);
  }
  for (const name of shape.required ?? []) if (!seen.has(name)) note(`Missing required property '${name}'.`);
}

/** Scalars are text in YAML; what they may be taken for decides. */
function hasKind(node: YamlNode, shape: Shape): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'array':
      return node.kind === 'seq';
    case 'object':
      return node.kind === 'map';
    case 'boolean':
      return node.kind === 'scalar' && /^(true|false)$/.test(node.text);
    case 'integer':
      return node.kind === 'scalar' && /^[-+]?\d+$/.test(node.text);
    case 'string':
      return node.kind === 'scalar';
  }
}
