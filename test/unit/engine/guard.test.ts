/**
 * The soundness of the guard: what it ends in the kernel, no rule matches. Random rules and opens; the decision of
 * bpf/guard is repeated here over the tables that the agent writes, word by word as bpf/guard/names.h and opens.h say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Matcher } from '../../../src/engine/matcher.ts';
import type { RulesInput } from '../../../src/engine/messages.ts';
import { checkOf, loadRuleSet } from '../../../src/engine/rule-set.ts';
import { Watched } from '../../../src/engine/watched.ts';
import { encodeGuard, firstOf, type GuardTables, KINDS, setsOf } from '../../../src/kernel/guard-tables.ts';
import type { OpenKind } from '../../../src/schema/open-kinds.ts';
import * as record from '../../../src/schema/record.generated.ts';
import { eventsIn, openRecord, process } from './records.ts';

/** mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PATHS = [
  ...['/', '/e', '/etc', '/etc/shadow', '/etc/shadow-', '/etc/sudoers.d/x', '/etc/ssh/ssh_host_rsa_key'],
  ...[
    '/tmp',
    '/tmp/a',
    '/tmp/a/b/c',
    '/tmp/12345678901',
    '/tmp/123456789012',
    '/usr/lib/x86_64-linux-gnu/libc.so.6',
  ],
  ...[
    '/usr/lib/x86_64',
    '/var/log/syslog',
    '/var/lib/dpkg/info/x',
    '/a/b/c/d/e/f/g',
    '/opt/\xc3\xa9/x',
    '/root/.ssh/id',
  ],
];
const TEXT_OPS = ['=', '!=', 'startswith', 'endswith', 'contains', 'glob', 'icontains'];
const FIELDS = [
  'fd.name',
  'fd.name',
  'fd.name',
  'fd.directory',
  'fs.path.name',
  'evt.abspath',
  'fd.filename',
  'fd.nameraw',
];
const OTHERS = [
  ...[
    'evt.is_open_write = true',
    'evt.is_open_write = false',
    'evt.is_open_read = true',
    'evt.failed = true',
  ],
  ...['evt.failed = false', 'evt.res = SUCCESS', 'evt.res != ENOENT', 'evt.rawres >= 0', 'evt.rawres < 0'],
  ...[
    'evt.type = openat',
    'evt.type in (open, creat)',
    'evt.type = connect',
    'proc.name = cat',
    'proc.name = x',
  ],
  ...[
    'fd.name exists',
    'evt.num > 0',
    'tolower(fd.name) startswith /etc',
    'len(fd.name) > 5',
    'user.uid = 0',
  ],
];

class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
  chance(p: number): boolean {
    return this.#next() < p;
  }
}

/** A path of the pool, perhaps shorter, longer or one byte different. */
function path(dice: Dice): string {
  const whole = dice.of(PATHS);
  const turn = dice.below(6);
  if (turn === 0) return whole.slice(0, 1 + dice.below(whole.length));
  if (turn === 1) return `${whole}${dice.of(['x', '/x', '.d', '/y/z'])}`;
  return whole;
}

function predicate(dice: Dice): string {
  const field = dice.of(FIELDS);
  const turn = dice.below(10);
  const quoted = () => JSON.stringify(path(dice));
  if (turn < 3) return dice.of(OTHERS);
  if (turn === 3) return `${field} in (${quoted()}, ${quoted()}, some_paths)`;
  if (turn === 4) return `${field} pmatch (${quoted()}, "/etc/s*/x")`;
  if (turn === 5) return 'some_macro';
  if (turn === 6) return `${field} glob ${JSON.stringify(`${path(dice)}*`)}`;
  return `${field} ${dice.of(TEXT_OPS)} ${quoted()}`;
}

function condition(dice: Dice, depth: number): string {
  if (depth === 0) return predicate(dice);
  const parts = Array.from({ length: 1 + dice.below(3) }, () => condition(dice, depth - 1));
  const joined = `(${parts.join(dice.chance(0.6) ? ' and ' : ' or ')})`;
  return dice.chance(0.2) ? `not ${joined}` : joined;
}

function rules(dice: Dice): string {
  const quote = JSON.stringify;
  const opens = 'evt.type in (open, openat, openat2, creat) and ';
  const lines = [`- {list: some_paths, items: [${quote(path(dice))}, ${quote(path(dice))}]}`];
  lines.push(`- {macro: some_macro, condition: ${quote(`fd.name startswith ${quote(path(dice))}`)}}`);
  for (let i = 0; i <= dice.below(3); i++) {
    // Most rules name files and leave others alone.
    const named = dice.chance(0.5) ? `fd.name ${dice.of(['=', 'startswith'])} ${quote(path(dice))} and ` : '';
    const text = (dice.chance(0.8) ? opens : '') + named + condition(dice, dice.below(3));
    const exceptions = dice.chance(0.2)
      ? `, exceptions: [{name: e, fields: [proc.name, fd.name], values: [[cat, ${quote(path(dice))}]]}]`
      : '';
    lines.push(`- {rule: r${i}, desc: d, output: o, priority: INFO, condition: ${quote(text)}${exceptions}}`);
  }
  return `${lines.join('\n')}\n`;
}

const FORMAT = {
  ...{ hostname: 'h', timeFormatIso8601: false, includeOutput: true, includeMessage: false },
  ...{ includeOutputFields: true, includeTags: true },
};
const input = (content: string): RulesInput => ({
  ...{ files: [{ name: 'r.yaml', content }], compat: 'saker', minimumPriority: 'Debug', matching: 'all' },
  ...{ selection: [], appendOutput: [], staticFields: {}, format: FORMAT },
});

interface Opened {
  readonly kind: OpenKind;
  readonly name: string;
  readonly base: string;
  readonly path: string;
}

/** A file as a program may have named it. */
function opened(dice: Dice): Opened {
  const kind = dice.of<OpenKind>(['read', 'write', 'failed']);
  const real = dice.chance(0.7) ? path(dice) : `${path(dice)}/${dice.of(['', '.', '..', 'z', '.z', '/z'])}`;
  const resolved = kind === 'failed' ? '' : dice.chance(0.7) ? path(dice) : '(unreachable)/x';
  if (dice.chance(0.6)) return { kind, name: real, base: '', path: resolved };
  const name = dice.of(['x', './x', '../x', 'a/b', 'a//b', 'a/../b', '.x', '', 'shadow', 'a/']);
  return { kind, name, base: dice.chance(0.1) ? '' : path(dice), path: resolved };
}

const normal = (text: string): boolean => !/\/(?:[./]|$)/.test(text);

/** What bpf/guard says. */
function passes(tables: GuardTables, { kind, name, base, path }: Opened): boolean {
  const asked = tables.asked(0)[KINDS[kind]];
  if (asked !== record.ASKED_FIRST) return asked === record.ASKED_ALL;
  const sets = new BigUint64Array(tables.bytes.buffer);
  const wanted = sets[record.AT_GUARD_KINDS / 8 + KINDS[kind]]!;
  const isAsked = (text: string): boolean =>
    (sets[firstOf(text)]! & wanted) !== 0n &&
    (setsOf(text).reduce((all, place) => all | sets[place]!, 0n) & wanted) !== 0n;
  const isRelative = !name.startsWith('/');
  if (!normal(isRelative ? `/${name}` : name)) return true;
  if (isRelative && (base === '' || !base.startsWith('/'))) return true;
  if (isAsked(isRelative ? `${base === '/' ? '' : base}/${name}` : name)) return true;
  return kind !== 'failed' && (!path.startsWith('/') || isAsked(path));
}

const eventOf = eventsIn(new Uint8Array(8192), { processes: [process(100)] });

function recordOf({ kind, name, base, path }: Opened, dice: Dice): Uint8Array {
  return openRecord(dice.of(['open', 'openat', 'openat2', 'creat']), {
    ...{ name, base, path, openFlags: kind === 'write' ? 1 : 0 },
    ret: kind === 'failed' ? dice.of([-2, -13]) : dice.of([0, 3]),
  });
}

test('what the guard ends in the kernel, no rule matches', () => {
  let [dropped, matched, total] = [0, 0, 0];
  for (let seed = 1; seed <= 600; seed++) {
    const dice = new Dice(seed);
    const text = rules(dice);
    const loaded = loadRuleSet(input(text));
    assert.ok(loaded.ok, `seed ${seed}\n${text}\n${JSON.stringify(loaded.files[0]?.errors)}`);
    const tables = encodeGuard(checkOf(loaded, new Watched()).opens);
    const matcher = new Matcher(loaded, input(text));
    for (let i = 0; i < 60; i++) {
      const open = opened(dice);
      const event = eventOf(recordOf(open, dice));
      let hits = 0;
      matcher.match(event, () => hits++);
      const kept = passes(tables, open);
      total++;
      if (hits > 0) matched++;
      if (!kept) dropped++;
      assert.ok(kept || hits === 0, `seed ${seed}: dropped ${JSON.stringify(open)}\n${text}`);
    }
  }
  // Neither a guard that lets everything through nor rules that never match would prove anything.
  assert.ok(
    dropped > total / 5 && matched > total / 20,
    `${dropped} dropped, ${matched} matched of ${total}`,
  );
});
