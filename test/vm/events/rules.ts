// The rules of the test: every field that people rely on, printed for everything the trigger does.

import { type Field, syscallCatalogue } from '../../../src/schema/fields.ts';
import { FREQUENT_TYPES } from '../../../src/schema/frequent-types.ts';

/** Fields of containers have tests of their own: nothing here runs in one. */
const ELSEWHERE = new Set(['container']);

/** What is asked where a field needs, or may have, an argument. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'evt.arg': Array.from({ length: 8 }, (_, at) => `evt.arg[${at}]`),
  'evt.abspath': ['evt.abspath', 'evt.abspath[dst]'],
  'proc.args': ['proc.args', 'proc.args[0]'],
  'proc.env': ['proc.env', 'proc.env[PATH]'],
  'proc.aenv': ['proc.aenv[PATH]'],
  'proc.aname': ['proc.aname[1]', 'proc.aname[2]', 'proc.aname'],
  'proc.aexe': ['proc.aexe[1]'],
  'proc.aexepath': ['proc.aexepath[1]'],
  'proc.aargs': ['proc.aargs[1]'],
  'proc.acmdline': ['proc.acmdline[2]'],
  'proc.apid': ['proc.apid[1]', 'proc.apid[2]'],
  'thread.cgroup': ['thread.cgroup[cpu]', 'thread.cgroup[memory]'],
  'fd.types': ['fd.types'],
};

const isCommon = ({ grade, group }: Field): boolean => grade !== 'C' && !ELSEWHERE.has(group);

/** Fields of grade A and B, with their arguments, as they are written behind a `%`. */
export const PRINTED: readonly string[] = syscallCatalogue.fields
  .filter((field) => isCommon(field) && !field.filterOnly)
  .flatMap(({ name }) => ASKED[name] ?? [name]);

/** Those that only conditions can ask, with a condition that holds for the trigger's connection to 127.0.0.1:4711. */
export const CONDITIONS: Readonly<Record<string, readonly [holds: string, fails: string]>> = {
  'fd.ip': ['fd.ip = 127.0.0.1', 'fd.ip = 127.0.0.2'],
  'fd.port': ['fd.port = 4711', 'fd.port = 4712'],
  'fd.proto': ['fd.proto = 4711', 'fd.proto = http'],
  'fd.net': ['fd.net = 127.0.0.0/8', 'fd.net = 10.0.0.0/8'],
  'fd.cnet': ['fd.cnet = 127.0.0.0/8', 'fd.cnet = 10.0.0.0/8'],
  'fd.snet': ['fd.snet = 127.0.0.1/32', 'fd.snet = 127.0.0.2/32'],
  'fd.lnet': ['fd.lnet = 127.0.0.0/24', 'fd.lnet = 127.1.0.0/24'],
  'fd.rnet': ['fd.rnet = 127.0.0.0/24', 'fd.rnet = 127.1.0.0/24'],
};

export const FILTER_ONLY: readonly string[] = syscallCatalogue.fields
  .filter((field) => isCommon(field) && field.filterOnly)
  .map(({ name }) => name);

/** Calls that the trigger also makes to tell the truth; as actions they are on descriptors from here on (data.c), or
 * through io_uring. */
const DATA = ['read', 'readv', 'pread', 'preadv', 'write', 'writev', 'pwrite', 'pwritev', 'close'];
const FIRST = 300;

/** What the trigger reads of /proc in order to know the truth is no action. */
const ACTED =
  'proc.exepath in (/tmp/events/trigger, memfd:evil, /memfd:evil) and not proc.cmdline contains evader and not evt.arg.name startswith /proc and not evt.arg.path contains sentinel-' +
  ` and not (evt.type in (${DATA.join(', ')}) and fd.num < ${FIRST} and evt.is_io_uring = false)`;
const CONNECTION = 'proc.name = trigger and evt.type = connect and evt.res = SUCCESS and fd.sport = 4711';

/** What an evader must not change: enough to tell who did what to whom. */
const EVIDENCE =
  `evt.type evt.res evt.rawres evt.rawtime evt.arg.uid evt.args thread.tid proc.pid proc.vpid proc.ppid proc.name
  proc.pname proc.exe proc.exepath proc.args proc.is_exe_from_memfd user.uid user.name fd.name fd.ino fd.sip fd.sport
  fs.path.name fs.path.source fs.path.target`.split(/\s+/);
const EVADER = `(proc.exepath startswith /tmp/evasion/ or proc.exepath contains memfd:evil)
  and not evt.arg.name in (/nothing, /proc/self/stat)`;

/** Names that are opened again and again until one of the opens meets the secret. */
const RACED = '/tmp/evasion/flip, /tmp/evasion/harmless';

/** The argument of each type that a hostile text goes to. */
const TEXTS =
  `evt.type evt.res evt.rawres evt.args thread.tid evt.arg.name evt.arg.path evt.arg.pathname evt.arg.oldpath evt.arg.newpath
  evt.arg.target evt.arg.linkpath evt.arg.filename evt.arg.dev evt.arg.dir evt.arg.uargs fd.name fs.path.name proc.args
  proc.cmdline`.split(/\s+/);

/**
 * The rules on what the trigger does. Reads and writes come for a short while only (dataRulesFile): they are more than a
 * slow machine can judge for long. A rule on more than a hundred types is not given those that are frequent.
 */
export const FACTS: readonly string[] = ['facts', 'frequent facts', 'data facts'];

const printed = (fields: readonly string[]): string => fields.map((field) => `%${field}`).join(' ');

export interface Types {
  /** Event types of the trigger's actions, of the evasions, and of the hostile calls. */
  readonly trigger: readonly string[];
  readonly evasion: readonly string[];
  readonly hostile: readonly string[];
}

const among = (all: readonly string[]): string => `evt.type in (${all.join(', ')})`;

const facts = (name: string, { trigger }: Types, which: (type: string) => boolean) =>
  rule(name, `${among(trigger.filter(which))} and ${ACTED}`, printed(PRINTED));

export const dataRulesFile = (types: Types): string =>
  JSON.stringify([facts('data facts', types, (type) => DATA.includes(type))]);

export function rulesFile(types: Types): string {
  const evasion = `${among(types.evasion)} and ${EVADER}`;
  const rules = [
    facts('facts', types, (type) => !FREQUENT_TYPES.has(type)),
    facts('frequent facts', types, (type) => FREQUENT_TYPES.has(type) && !DATA.includes(type)),
    ...Object.entries(CONDITIONS).flatMap(([field, [holds, fails]]) => [
      rule(`${field} holds`, `${CONNECTION} and ${holds}`, 'x'),
      rule(`${field} fails`, `${CONNECTION} and ${fails}`, 'x'),
    ]),
    rule(
      'hostile',
      `${among(types.hostile)} and proc.exepath = /tmp/hostile/hostile
      and not evt.arg.name startswith /proc`,
      printed(TEXTS),
    ),
    rule('sentinel', 'evt.type = mkdir and evt.arg.path contains sentinel-', '%evt.arg.path'),
    // The first is the rule that protects a file, the second shows what else is known.
    rule('secret', `${evasion} and fd.name = /tmp/evasion/secret`, printed(EVIDENCE)),
    rule('seen', `${evasion} and not evt.arg.name in (${RACED})`, printed(EVIDENCE)),
  ];
  return JSON.stringify(rules);
}

const rule = (name: string, condition: string, output: string) => {
  return { rule: name, desc: 'test', condition, output, priority: 'INFO' };
};
