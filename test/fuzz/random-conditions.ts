/**
 * Random conditions that are valid, and random events on which they are worth asking: literals and values come from the
 * same small pools, so that comparisons hold about as often as not.
 */
import type { FactMap } from '../../src/rules/fact-map.ts';

export type Random = (limit: number) => number;

/** Lehmer generator, 31 bits: the same conditions for the same seed everywhere. */
export function createRandom(seed: number): Random {
  let state = (seed % 2147483646) + 1;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
}

const TEXTS = [
  'cat',
  'bash',
  'ba',
  'sh',
  '',
  'a b',
  '/etc',
  '/etc/passwd',
  '/etc/x/y',
  '/usr/lib',
  'CAT',
  'x\xff',
  'dGVzdA',
  'trig',
  'proc.name',
  '<NA>',
  'a=b',
  "it's",
  '"',
  '\\',
  '*',
  'c[a-z]t',
  '-n',
  'é',
  'ETC',
  'passwd',
  '1',
  '007',
];
const PATTERNS = [
  '*',
  'c*',
  '*a*',
  '/etc/*',
  '?at',
  '[a-c]*',
  '[!a]*',
  '\\*',
  '/*/x',
  'b',
  '[',
  '*sh',
  'C*',
  'a?b',
];
const REGEXES = [
  '.*',
  'c.t',
  '[a-z]+',
  '/etc(/.*)?',
  '(cat|bash)',
  'x.',
  '[[:alpha:]]*',
  '[^a]+',
  'a b',
  '/[^/]+',
];
const NUMBERS = ['0', '1', '-1', '2', '10', '4294967295', '9007199254740993', '22', '443'];
const PORTS = ['22', '443', 'ssh', 'https', '1', '0'];
const ADDRESSES = ['10.0.0.1', '192.168.1.7', '::1', '2001:db8::1', '127.0.0.1'];
const NETS = [
  '10.0.0.0/8',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '::/0',
  '2001:db8::/32',
  '127.0.0.1/32',
  '10.0.0.1/31',
];
const TYPES = ['open', 'openat', 'execve', 'connect', 'close', 'procexit'];
const TEXT_FIELDS = [
  'proc.name',
  'proc.pname',
  'fd.name',
  'fd.directory',
  'evt.arg.flags',
  'user.name',
  'proc.aname[2]',
  'proc.env[HOME]',
];
const PLAIN_TEXT_FIELDS = TEXT_FIELDS.slice(0, 6);
const NUMBER_FIELDS = ['fd.num', 'evt.rawres', 'user.uid', 'proc.pid', 'evt.rawtime', 'proc.duration'];
const BOOL_FIELDS = ['evt.is_open_read', 'evt.is_open_write', 'proc.is_exe_upper_layer'];
const END_PORTS = ['fd.cport', 'fd.sport'];
const END_ADDRESSES = ['fd.cip', 'fd.sip'];

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;

/** A text as a quoted literal of the language. */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are to be escaped
  const escaped = text.replace(/[\x00-\x1f"\\\x7f]/g, (c) =>
    c === '"' || c === '\\' ? `\\${c}` : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}

const several = (random: Random, make: () => string): string =>
  `(${Array.from({ length: random(4) }, make).join(', ')})`;

const modified = (random: Random, op: string, literal: () => string): string =>
  random(4) === 0
    ? `${op} ${pick(random, ['oneof', 'anyof', 'allof'])} ${several(random, literal)}`
    : `${op} ${literal()}`;

function textOperand(random: Random, depth: number): string {
  const field = () => pick(random, PLAIN_TEXT_FIELDS);
  switch (depth > 2 ? 0 : random(12)) {
    case 1:
      return `tolower(${textOperand(random, depth + 1)})`;
    case 2:
      return `toupper(${textOperand(random, depth + 1)})`;
    case 3:
      return `b64(${textOperand(random, depth + 1)})`;
    case 4:
      return `basename(${textOperand(random, depth + 1)})`;
    case 5:
      return `concat(${field()}, ${quote(pick(random, TEXTS))})`;
    case 6:
      return `join("/", (${field()}, ${field()}))`;
    default:
      return field();
  }
}

function textCheck(random: Random): string {
  const literal = () => quote(pick(random, TEXTS));
  const transformed = random(3) === 0;
  const left = transformed ? textOperand(random, 0) : pick(random, TEXT_FIELDS);
  switch (random(9)) {
    case 0:
      return `${left} exists`;
    case 1:
      return `${left} ${pick(random, ['in', 'intersects', 'pmatch'])} ${several(random, literal)}`;
    case 2:
      return `${left} ${modified(random, pick(random, ['glob', 'iglob']), () => quote(pick(random, PATTERNS)))}`;
    case 3:
      return `${left} ${modified(random, 'regex', () => quote(pick(random, REGEXES)))}`;
    case 4:
      return left.includes('[2]')
        ? `${left} exists`
        : `${left} ${pick(random, ['=', '!=', 'contains', 'startswith', '<', '>=', 'glob'])} val(${pick(random, PLAIN_TEXT_FIELDS)})`;
    case 5:
      return left.includes('[2]')
        ? `proc.name exists`
        : `${left} = tolower(${pick(random, PLAIN_TEXT_FIELDS)})`;
    default:
      return `${left} ${modified(random, pick(random, ['=', '==', '!=', 'contains', 'icontains', 'startswith', 'endswith']), literal)}`;
  }
}

function numberCheck(random: Random): string {
  const literal = () => pick(random, NUMBERS);
  const left = random(5) === 0 ? `len(${textOperand(random, 1)})` : pick(random, NUMBER_FIELDS);
  switch (random(5)) {
    case 0:
      return `${left} in ${several(random, literal)}`;
    case 1:
      return left.startsWith('len')
        ? `${left} exists`
        : `fd.num ${pick(random, ['=', '<', '>=', '!='])} val(evt.rawres)`;
    case 2:
      return `${left} ${pick(random, ['<', '<=', '>', '>='])} ${literal()}`;
    default:
      return `${left} ${modified(random, pick(random, ['=', '!=']), literal)}`;
  }
}

function addressCheck(random: Random): string {
  const [field, pool] = pick(random, [
    ['fd.ip', ADDRESSES],
    ['fd.sip', ADDRESSES],
    ['fd.cip', ADDRESSES],
    ['fd.net', NETS],
    ['fd.snet', NETS],
    ['fd.port', PORTS],
    ['fd.sport', PORTS],
  ] as const);
  const literal = () => quote(pick(random, pool));
  switch (random(4)) {
    case 0:
      return `${field} in ${several(random, literal)}`;
    case 1:
      return `${field} exists`;
    default:
      return `${field} ${modified(random, pick(random, ['=', '!=']), literal)}`;
  }
}

function otherCheck(random: Random): string {
  switch (random(5)) {
    case 0:
      return `proc.aname ${pick(random, ['=', '!=', 'startswith', 'contains'])} ${quote(pick(random, TEXTS))}`;
    case 1:
      return `proc.aname in ${several(random, () => quote(pick(random, TEXTS)))}`;
    case 2:
      return `fd.types ${pick(random, ['in', 'intersects'])} (file, ipv4, pipe)`;
    case 3:
      return `getopt(("-n", "-t", "x"), ${quote(pick(random, ['nt:', 'n', 't:', '']))}) intersects ("n", "x", "?")`;
    default:
      return `${pick(random, BOOL_FIELDS)} ${pick(random, ['=', '!='])} ${pick(random, ['true', 'false'])}`;
  }
}

function typeCheck(random: Random): string {
  const name = () => pick(random, TYPES);
  switch (random(4)) {
    case 0:
      return `evt.type in (${name()}, ${name()})`;
    case 1:
      return `evt.type != ${name()}`;
    case 2:
      return `evt.type startswith ${name()}`;
    default:
      return `evt.type = ${name()}`;
  }
}

export function randomCondition(random: Random, depth = 0): string {
  const kind = depth > 4 ? 3 + random(9) : random(12);
  switch (kind) {
    case 0:
    case 1:
    case 2: {
      const op = kind === 1 ? ' or ' : ' and ';
      return `(${Array.from({ length: 2 + random(3) }, () => randomCondition(random, depth + 1)).join(op)})`;
    }
    case 3:
      return `not ${randomCondition(random, depth + 1)}`;
    case 4:
    case 5:
      return typeCheck(random);
    case 6:
      return numberCheck(random);
    case 7:
      return addressCheck(random);
    case 8:
      return otherCheck(random);
    default:
      return textCheck(random);
  }
}

/** A field map; about a quarter of the facts are missing. */
export function randomEvent(random: Random): FactMap {
  const event: Record<string, unknown> = { 'evt.type': pick(random, [...TYPES, 'no_such_event']) };
  const put = (name: string, value: unknown) => {
    event[name] = random(4) === 0 ? null : value;
  };
  for (const name of TEXT_FIELDS) put(name, pick(random, TEXTS));
  for (const name of NUMBER_FIELDS) put(name, pick(random, NUMBERS));
  for (const name of BOOL_FIELDS) put(name, random(2) === 0);
  for (const name of END_PORTS)
    put(
      name,
      Number(
        pick(
          random,
          PORTS.filter((port) => /^\d/.test(port)),
        ),
      ),
    );
  for (const name of END_ADDRESSES) put(name, pick(random, ADDRESSES));
  put('proc.aname', [pick(random, TEXTS), pick(random, TEXTS)]);
  put(
    'fd.types',
    Array.from({ length: random(3) }, () => pick(random, ['file', 'ipv4', 'unix'])),
  );
  return event;
}
