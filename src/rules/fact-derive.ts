/**
 * Facts that follow from others of the same event. A hand-written or printed event seldom lists every field; what can
 * be told without guessing is told here.
 */
import { serviceName } from '../schema/services.ts';
import { basename } from './condition/text.ts';

/** A fact as given; undefined when the map does not have it. */
type Given = (name: string) => unknown;

interface Wanted {
  readonly name: string;
  readonly arg: string | null;
}

/** The derived value, or undefined. */
export function derive({ name, arg }: Wanted, given: Given): unknown {
  const ancestors = ANCESTORS[name];
  if (ancestors !== undefined) return ancestor(name, ancestors, arg, given);
  return DERIVED[name]?.(given, arg);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Fields of the process itself and of its parent that stand for ancestor 0 and 1. */
const ANCESTORS: Readonly<Record<string, readonly [string, string]>> = {
  'proc.aname': ['proc.name', 'proc.pname'],
  'proc.aexe': ['proc.exe', 'proc.pexe'],
  'proc.aexepath': ['proc.exepath', 'proc.pexepath'],
  'proc.acmdline': ['proc.cmdline', 'proc.pcmdline'],
  'proc.apid': ['proc.pid', 'proc.ppid'],
};

function ancestor(
  name: string,
  [self, parent]: readonly [string, string],
  arg: string | null,
  given: Given,
): unknown {
  if (arg === '0') return given(self);
  if (arg === '1') return given(parent);
  const all = given(name);
  if (arg !== null) return Array.isArray(all) ? all[Number(arg) - 1] : undefined;
  const line = [given(`${name}[1]`) ?? given(parent)];
  for (let level = 2; given(`${name}[${level}]`) !== undefined; level++)
    line.push(given(`${name}[${level}]`));
  const known = line.filter((value) => value !== undefined && value !== null);
  return known.length === 0 ? undefined : known;
}

/** `evt.args` is "name=value name=value"; a value may hold blanks, a name is a word right before "=". */
function eventArgument(given: Given, arg: string | null): string | undefined {
  const args = text(given('evt.args'));
  if (args === undefined || arg === null) return undefined;
  const starts = [...args.matchAll(/(?:^| )(\w+)=/g)];
  const at = /^\d+$/.test(arg) ? Number(arg) : starts.findIndex((start) => start[1] === arg);
  const start = starts[at];
  if (start === undefined) return undefined;
  return args.slice(start.index + start[0].length, starts[at + 1]?.index);
}

function rawArgument(given: Given, arg: string | null): string | undefined {
  const value = text(given(`evt.arg[${arg}]`) ?? given(`evt.arg.${arg}`)) ?? eventArgument(given, arg);
  return value === undefined ? undefined : (/^[+-]?\d+/.exec(value)?.[0] ?? value);
}

function directory(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}

const isFile = (given: Given) => given('fd.typechar') === 'f' || given('fd.type') === 'file';
const ofFile = (take: (path: string) => string) => (given: Given) => {
  const path = text(given('fd.name'));
  return path !== undefined && isFile(given) ? take(path) : undefined;
};

const ENDPOINTS = /^\[?([0-9a-fA-F.:]+?)\]?:(\d+)->\[?([0-9a-fA-F.:]+?)\]?:(\d+)$/;
const ofEndpoints = (group: number) => (given: Given) =>
  ENDPOINTS.exec(text(given('fd.name')) ?? '')?.[group];

const LOCAL_ADDRESS = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cde])/;

/** Which end is ours: as told, else the client when it has an address such as machines have at home. */
function local(client: string, server: string, wantsLocal: boolean) {
  return (given: Given): unknown => {
    const isServer = given('fd.is_server') ?? !LOCAL_ADDRESS.test(String(given('fd.cip')));
    return given(isServer === wantsLocal ? server : client);
  };
}

const service = (port: string) => (given: Given) => {
  const number = given(port);
  return typeof number === 'number' ? (serviceName(number) ?? String(number)) : undefined;
};

const same = (left: string, right: string) => (given: Given) => {
  const [a, b] = [given(left), given(right)];
  return a === undefined || b === undefined || a === null || b === null ? undefined : a === b;
};

const copy = (other: string) => (given: Given) => given(other);

const TYPE_CHARS: Readonly<Record<string, string>> = {
  file: 'f',
  directory: 'd',
  ipv4: '4',
  ipv6: '6',
  unix: 'u',
  pipe: 'p',
  event: 'e',
  signalfd: 's',
  eventpoll: 'l',
  inotify: 'i',
  timerfd: 't',
  netlink: 'n',
  bpf: 'b',
  userfaultfd: 'u',
  io_uring: 'r',
  memfd: 'm',
  pidfd: 'P',
};

const words = (value: unknown): string[] | undefined => text(value)?.split(' ').filter(Boolean);

const DERIVED: Readonly<Record<string, (given: Given, arg: string | null) => unknown>> = {
  'evt.arg': eventArgument,
  'evt.rawarg': rawArgument,
  'evt.info': copy('evt.args'),
  'evt.rawtime': copy('evt.time'),
  'evt.source': () => 'syscall',
  'evt.dir': () => '<',
  'evt.count': () => 1,
  'syscall.type': copy('evt.type'),
  'evt.type.is': (given, arg) => (given('evt.type') === arg ? 1 : 0),
  'evt.failed': (given) => {
    const result = given('evt.rawres');
    return typeof result === 'number' ? result < 0 : undefined;
  },
  'fd.directory': ofFile(directory),
  'fd.filename': ofFile(basename),
  'fd.nameraw': ofFile((path) => path),
  'fd.typechar': (given) => TYPE_CHARS[text(given('fd.type')) ?? ''],
  'fd.type': (given) => {
    const char = given('fd.typechar');
    return Object.keys(TYPE_CHARS).find((type) => TYPE_CHARS[type] === char);
  },
  'fd.sockfamily': (given) => {
    const type = given('fd.type');
    return type === 'ipv4' || type === 'ipv6' ? 'ip' : type === 'unix' ? 'unix' : undefined;
  },
  'fd.cip': ofEndpoints(1),
  'fd.cport': ofEndpoints(2),
  'fd.sip': ofEndpoints(3),
  'fd.sport': ofEndpoints(4),
  'fd.lip': local('fd.cip', 'fd.sip', true),
  'fd.rip': local('fd.cip', 'fd.sip', false),
  'fd.lport': local('fd.cport', 'fd.sport', true),
  'fd.rport': local('fd.cport', 'fd.sport', false),
  'fd.cproto': service('fd.cport'),
  'fd.sproto': service('fd.sport'),
  'proc.args': (given, arg) => (arg === null ? undefined : words(given('proc.args'))?.[Number(arg)]),
  'proc.cmdnargs': (given) => words(given('proc.args'))?.length,
  'proc.cmdlenargs': (given) => words(given('proc.args'))?.join('').length,
  'proc.cmdline': (given) => commandLine(given('proc.name'), given('proc.args')),
  'proc.exeline': (given) => commandLine(given('proc.exe'), given('proc.args')),
  'proc.env': (given, arg) => {
    const entry = words(given('proc.env'))?.find((item) => item.startsWith(`${arg}=`));
    return entry?.slice((arg?.length ?? 0) + 1);
  },
  'proc.is_sid_leader': same('proc.pid', 'proc.sid'),
  'proc.is_vpgid_leader': same('proc.vpid', 'proc.vpgid'),
  'proc.is_pgid_leader': same('proc.pid', 'proc.pgid'),
  'thread.ismain': same('thread.tid', 'proc.pid'),
};

function commandLine(first: unknown, args: unknown): string | undefined {
  if (typeof first !== 'string' || typeof args !== 'string') return undefined;
  return args === '' ? first : `${first} ${args}`;
}
