/**
 * What must not be shown: which settings may hold a token, and how a configuration, a line of it or a message looks
 * without them. Where it is not known what a text is, it is not shown.
 */
import type { Problem } from '../base/errors.ts';
import { parsePath } from './override-path.ts';
import { type Config, SCHEMA } from './schema.ts';
import type { Shape } from './shape.ts';
import type { Tree } from './tree.ts';

export const HIDDEN = '***';

/** Shorter ones (a user `saker`, a path `/alerts`) are words that would be blacked out everywhere. */
const LEAST_SECRET = 8;
const LEAST_PATH = 12;

/** Files and credentials are named, not told. */
const REFERENCE = /^(file|credential):/;

/** Whether a value of this shape can hold a secret, itself or in a part. */
function holdsSecret(shape: Shape): boolean {
  switch (shape.kind) {
    case 'text':
      return shape.secret === true;
    case 'list':
    case 'map':
      return holdsSecret(shape.of);
    case 'either':
      return holdsSecret(shape.single) || holdsSecret(shape.keyed);
    case 'section':
    case 'item':
      return Object.values(shape.keys).some(holdsSecret);
    default:
      return false;
  }
}

/** The configuration with every secret as `***`; of an address, scheme and host stay. */
export function redactConfig(config: Config): Config {
  return mapSecrets(config, SCHEMA, hide) as Config;
}

/** The secrets themselves and those parts of addresses that are secret, longest first: what no text may contain. */
export function secretValues(config: Config): string[] {
  const found = new Set<string>();
  mapSecrets(config, SCHEMA, (value) => {
    if (value !== '' && !REFERENCE.test(value)) for (const part of partsOf(value)) found.add(part);
    return value;
  });
  return [...found].filter((text) => text.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
}

function mapSecrets(value: unknown, shape: Shape, change: (secret: string) => string): unknown {
  if (value === undefined || value === null) return value;
  switch (shape.kind) {
    case 'text':
      return shape.secret === true && typeof value === 'string' ? change(value) : value;
    case 'list':
      return (value as unknown[]).map((one) => mapSecrets(one, shape.of, change));
    case 'map':
      return mapEntries(value, () => shape.of, change);
    case 'either':
      return mapSecrets(value, typeof value === 'object' ? shape.keyed : shape.single, change);
    case 'section':
    case 'item':
      return mapEntries(value, (key) => shape.keys[key], change);
    default:
      return value;
  }
}

function mapEntries(
  value: unknown,
  shapeOf: (key: string) => Shape | undefined,
  change: (secret: string) => string,
): unknown {
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => {
      const shape = shapeOf(key);
      return [key, shape === undefined ? one : mapSecrets(one, shape, change)];
    }),
  );
}

function hide(value: string): string {
  if (value === '' || REFERENCE.test(value)) return value;
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return HIDDEN;
  const { protocol, host } = new URL(value);
  return `${protocol}//${host}/${HIDDEN}`;
}

/** An error may quote a part of an address, or of a header such as `Bearer TOKEN`. */
function partsOf(value: string): string[] {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) {
    const { username, password, pathname, search } = new URL(value);
    const path = [pathname.slice(1) + search, pathname.slice(1)].filter((part) => part.length >= LEAST_PATH);
    const login = [username, password, decodeURIComponentSafely(password)];
    return [value, ...path, search.slice(1), ...login].filter((part) => part !== '');
  }
  return [value, ...value.split(/\s+/).slice(1)];
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An `-o` argument as it may be shown: the value only of a key that is known to hold no secret. */
export function shownOverride(argument: string): string {
  const equals = /^((?:\\.|[^\\=])*)=/.exec(argument);
  const key = equals?.[1] ?? argument;
  const shape = shapeAt(key);
  if (equals === null) return shape === null ? '…' : argument;
  return shape !== null && !holdsSecret(shape) ? argument : `${key}=…`;
}

/** null: there is no such key. */
function shapeAt(path: string): Shape | null {
  const steps = parsePath(path);
  if (steps === null) return null;
  let shape: Shape = SCHEMA;
  for (const step of steps) {
    if (shape.kind === 'either') shape = shape.keyed;
    const next = stepInto(shape, step);
    if (next === undefined) return null;
    shape = next;
  }
  return shape;
}

function stepInto(shape: Shape, step: 'end' | { key: string } | { index: number }): Shape | undefined {
  if (typeof step === 'object' && 'key' in step) {
    if (shape.kind === 'section' || shape.kind === 'item')
      return Object.hasOwn(shape.keys, step.key) ? shape.keys[step.key] : undefined;
    return shape.kind === 'map' ? shape.of : undefined;
  }
  return shape.kind === 'list' ? shape.of : undefined;
}

/** `file:line` of every value that may be secret: below a key that is not known, anything may be. */
export function sensitiveLines(
  tree: Tree,
  shape: Shape | null = SCHEMA,
  lines = new Set<string>(),
): Set<string> {
  if (tree.kind === 'list') {
    const of = shape?.kind === 'list' ? shape.of : null;
    for (const item of tree.items) sensitiveLines(item, of, lines);
  } else if (tree.kind === 'map') {
    const known = shape?.kind === 'either' ? shape.keyed : shape;
    for (const [key, { value }] of tree.entries)
      sensitiveLines(value, (known && stepInto(known, { key })) ?? null, lines);
  } else if (shape === null || holdsSecret(shape)) lines.add(`${tree.place.file}:${tree.place.line}`);
  return lines;
}

/** The problem without the text behind the key, if its line holds what may be secret. */
export function withoutSecrets(
  problem: Problem,
  sensitive: (file: string, line: number) => boolean,
): Problem {
  const { file, line, source } = problem;
  if (source === undefined || file === null || line === null || !sensitive(file, line)) return problem;
  const key = /^\s*(?:-\s+)?[A-Za-z_][\w.-]*:(?=\s|$)/.exec(source);
  return { ...problem, source: `${key?.[0] ?? ''} …` };
}

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // user:password@ of an address.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,512}@/gi, `$1${HIDDEN}@`],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token|genieKey)\s+)?[^\s"',;]{1,4096}/gi,
    `$1${HIDDEN}`,
  ],
  [/\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,4096}/gi, `$1${HIDDEN}`],
  [
    /\b([\w.-]{0,64}(?:password|passwd|secret|token|api[_-]?key|routingkey|credential)s?["']?\s*[:=]\s*["']?)[^\s"',;&]{1,4096}/gi,
    `$1${HIDDEN}`,
  ],
  [/(hooks\.slack\.com\/(?:services|workflows)\/)[^\s"']{1,512}/gi, `$1${HIDDEN}`],
];

/** A text of any origin without the secrets that are known, and without what looks like one. */
export function scrub(text: string, known: readonly string[]): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, HIDDEN);
  for (const [pattern, by] of PATTERNS) clean = clean.replace(pattern, by);
  return clean;
}

/** A command line as it may be shown. */
export function shownArguments(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    // Short options may stand together: -Uo KEY=VALUE.
    if (/^(?:-[LUh]*o|--option)$/.test(args[at - 1] ?? '')) return shownOverride(arg);
    const joined = /^(-[LUh]*o|--option=)([\s\S]+)$/.exec(arg);
    return scrub(joined === null ? arg : `${joined[1]}${shownOverride(joined[2] ?? '')}`, []);
  });
}
