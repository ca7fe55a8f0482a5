/** Operators: what they are called inside, and which types have them. */
import type { FieldType } from '../../schema/fields.ts';
import type { CompareOp } from './ast.ts';
import type { CheckedOp, ValueType } from './checked.ts';

export const OPS: Readonly<Record<CompareOp, CheckedOp>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  contains: 'contains',
  bcontains: 'contains',
  icontains: 'icontains',
  startswith: 'startswith',
  bstartswith: 'startswith',
  endswith: 'endswith',
  glob: 'glob',
  iglob: 'iglob',
  regex: 'regex',
  in: 'in',
  intersects: 'intersects',
  pmatch: 'pmatch',
};

export const EQUALITY = ['=', '==', '!=', 'in', 'intersects'];
const ORDER = ['<', '<=', '>', '>='];
export const TEXT = ['contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', 'regex', 'pmatch'];
const BYTES = ['contains', 'startswith', 'endswith', 'bcontains', 'bstartswith'];

/** Which operators a type has. */
export const OPS_OF: Readonly<Record<ValueType, ReadonlySet<string>>> = {
  number: new Set([...EQUALITY, ...ORDER]),
  bool: new Set(EQUALITY),
  string: new Set([...EQUALITY, ...ORDER, ...TEXT]),
  bytes: new Set([...EQUALITY, ...BYTES]),
  ip: new Set(EQUALITY),
  dynamic: new Set([...EQUALITY, ...ORDER, ...TEXT]),
};

/** How messages call a type. */
export const KIND_NAMES: Readonly<Record<ValueType, string>> = {
  number: 'numeric',
  bool: 'bool',
  string: 'string',
  bytes: 'byte buffer',
  ip: 'IP address',
  dynamic: 'dynamic',
};

export const WIRE_NAMES: Readonly<Record<FieldType, string>> = {
  string: 'CHARBUF',
  bool: 'BOOL',
  i16: 'INT16',
  i32: 'INT32',
  i64: 'INT64',
  u32: 'UINT32',
  u64: 'UINT64',
  double: 'DOUBLE',
  port: 'PORT',
  abstime: 'ABSTIME',
  reltime: 'RELTIME',
  ip: 'IPADDR',
  net: 'IPNET',
  bytes: 'BYTEBUF',
  dynamic: 'DYN',
};

export const QUANTIFIERS = { oneof: 'one', anyof: 'any', allof: 'all' } as const;
