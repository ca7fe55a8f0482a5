/**
 * Facts from a plain map of field → value, as `saker try` reads and the tests write them: one event as it would
 * be printed. Names may carry an argument (`proc.aname[2]`, `evt.arg.flags`); null says "no value", a name that is not
 * there may be derived from others (fact-derive.ts).
 */
import { encodeByteText, toBytes } from '../base/byte-text.ts';
import { Interned } from '../base/interning.ts';
import { eventTypeId, UNKNOWN_EVENT } from '../schema/events.ts';
import { HOST_NAME_FIELDS } from '../schema/host-names.ts';
import { parseAddress } from './condition/address.ts';
import { derive } from './fact-derive.ts';
import type { FactSource, FieldUse, Getter, Value } from './facts.ts';

export type FactMap = Readonly<Record<string, unknown>>;

export interface FactEvent {
  readonly typeId: number;
  readonly facts: FactMap;
  /** Converted values by written field name: every use of a field sees the same Interned. */
  readonly values: Map<string, Value | null>;
}

/**
 * @param bytes true when texts of the map are byte texts already; else they are real text and become UTF-8
 */
export function factEvent(facts: FactMap, bytes = false): FactEvent {
  const type = facts['evt.type'];
  const typeId = typeof type === 'string' ? eventTypeId(type) : UNKNOWN_EVENT;
  return { typeId, facts: bytes ? facts : encodeTexts(facts), values: new Map() };
}

function encodeTexts(facts: FactMap): FactMap {
  const encoded: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(facts)) {
    encoded[encodeByteText(name)] = encodeText(value);
  }
  return encoded;
}

function encodeText(value: unknown): unknown {
  if (typeof value === 'string') return encodeByteText(value);
  return Array.isArray(value) ? value.map(encodeText) : value;
}

export const factMapSource: FactSource<FactEvent> = {
  bind(use) {
    if (use.arg !== null && HOST_NAME_FIELDS.has(use.field.name)) return hasName(use, use.arg);
    const key = use.arg === null ? use.field.name : `${use.field.name}[${use.arg}]`;
    return (event) => {
      const known = event.values.get(key);
      if (known !== undefined) return known;
      const value = convert(lookUp(event.facts, use), use);
      event.values.set(key, value);
      return value;
    };
  },
};

/** A map knows the name that an event shows, not the addresses that others stand for. */
function hasName({ field }: FieldUse, wanted: string): Getter<FactEvent> {
  const get = factMapSource.bind({ field, arg: null })!;
  return (event) => {
    const name = get(event);
    return name instanceof Interned ? name.text === wanted : null;
  };
}

/** The fact as given, under each spelling of its name, else as derived; undefined when there is none. */
function lookUp(facts: FactMap, { field, arg }: FieldUse): unknown {
  const { name } = field;
  const own = (key: string) => (Object.hasOwn(facts, key) ? facts[key] : undefined);
  const given = arg === null ? own(name) : (own(`${name}[${arg}]`) ?? own(`${name}.${arg}`));
  return given !== undefined ? given : derive({ name, arg }, own);
}

const INTEGER = /^[+-]?\d+$/;

function convert(raw: unknown, { field }: FieldUse): Value | null {
  if (raw === undefined || raw === null) return null;
  if (Array.isArray(raw)) {
    const items = raw.map((item) => convert(item, { field, arg: '' })).filter((item) => item !== null);
    return items as unknown as Value;
  }
  switch (field.type) {
    case 'string':
      return field.list && typeof raw === 'string' && raw.startsWith('(')
        ? raw
            .slice(1, -1)
            .split(',')
            .filter(Boolean)
            .map((item) => new Interned(item))
        : new Interned(String(raw));
    case 'bool':
      return typeof raw === 'boolean' ? raw : raw === 'true' ? true : raw === 'false' ? false : null;
    case 'ip':
    case 'net':
      return parseAddress(String(raw));
    case 'bytes':
      return toBytes(String(raw));
    case 'dynamic':
      return typeof raw === 'string' && !INTEGER.test(raw) ? new Interned(raw) : toNumber(raw);
    default:
      return toNumber(raw);
  }
}

function toNumber(raw: unknown): number | bigint | null {
  if (typeof raw === 'number' || typeof raw === 'bigint') return raw;
  if (typeof raw !== 'string' || raw === '') return null;
  const number = Number(raw);
  if (Number.isNaN(number)) return null;
  return INTEGER.test(raw) && !Number.isSafeInteger(number) ? BigInt(raw) : number;
}

/** One line of JSON → facts, with integers beyond 2^53 kept exact. Throws SyntaxError, or TypeError for no object. */
export function parseFacts(line: string): FactMap {
  const value: unknown = JSON.parse(line, exactIntegers);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('expected an object of field names and values');
  }
  return value as FactMap;
}

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return INTEGER.test(source) ? BigInt(source) : value;
}
