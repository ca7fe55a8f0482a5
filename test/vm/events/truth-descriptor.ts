// Truth of fd.*: what fstat(2), getsockname(2) and getpeername(2) said of the descriptor.

import type { Rule, Rules } from './expected.ts';
import type { Action, Json } from './facts.ts';

/** Letters of fd.typechar. */
const CHARS: Readonly<Record<string, string>> = {
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
  '<NA>': 'o',
};

const told = <T extends Json>(action: Action, key: string): T | null =>
  (action[key] as T | undefined) ?? null;

const FAMILIES: Readonly<Record<number, string>> = { 1: 'unix', 2: 'ipv4', 10: 'ipv6' };
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'tcp', 2: 'udp', 3: 'raw' };

const isSocket = (action: Action): boolean => action.family !== undefined;
const isInternet = (action: Action): boolean => action.family === 2 || action.family === 10;
/** A descriptor that there is. */
const exists = (action: Action): boolean => action['fd.type'] !== undefined || isSocket(action);
const isPath = (action: Action): boolean => typeOf(action) === 'file' || typeOf(action) === 'directory';

const typeOf = (action: Action): string | null =>
  isSocket(action) ? (FAMILIES[action.family as number] ?? null) : told(action, 'fd.type');

interface End {
  readonly address: string;
  readonly port: number;
}

function end(action: Action, address: string, port: string): End | null {
  // A new socket has no ends; what the kernel holds for it is zeroes.
  if (action.type === 'socket' || action[address] === undefined || action[port] === 0) return null;
  return { address: action[address] as string, port: action[port] as number };
}
const local = (action: Action): End | null => (isRefused(action) ? null : end(action, 'local', 'lport'));
const remote = (action: Action): End | null => end(action, 'remote', 'rport');
const isServer = (action: Action): boolean => told<boolean>(action, 'server') === true;
/** The kernel does not say which end of two connected unix sockets had been waiting. */
const UNIX_ENDS = { why: 'the kernel does not say which end of a unix connection had been waiting' };
const DATA = new Set(['sendto', 'recvfrom', 'sendmsg', 'recvmsg', 'shutdown']);
/** A refused connection has no local end; that its socket keeps the port is an accident. */
const isRefused = ({ type, ret }: Action): boolean => type === 'connect' && ret < 0;
const client = (action: Action): End | null =>
  remote(action) === null ? null : isServer(action) ? remote(action) : local(action);
const server = (action: Action): End | null =>
  remote(action) === null
    ? isServer(action)
      ? local(action)
      : null
    : isServer(action)
      ? local(action)
      : remote(action);

const endText = ({ address, port }: End): string => `${address}:${port}`;

/** `client->server`, a bound address alone, or the path of a unix socket. */
export function socketName(action: Action): string {
  if (action.family === 1) return told<string>(action, 'unix') ?? '';
  const [from, to] = [client(action), server(action)];
  if (from !== null && to !== null) return `${endText(from)}->${endText(to)}`;
  const only = local(action) ?? remote(action);
  return only === null ? '' : endText(only);
}

function nameOf(action: Action): string | null {
  if (isSocket(action)) return socketName(action);
  return told(action, 'fd.name');
}

const path =
  (get: (name: string, isDirectory: boolean) => string): Rule =>
  (action) => {
    const name = told<string>(action, 'fd.name');
    return name === null || !isPath(action) ? null : get(name, typeOf(action) === 'directory');
  };

const directoryOf = (name: string): string => name.slice(0, Math.max(1, name.lastIndexOf('/')));

const internet =
  (get: (action: Action) => Json): Rule =>
  (action) =>
    isInternet(action) ? get(action) : null;
const address = (of: (action: Action) => End | null): Rule =>
  internet((action) => of(action)?.address ?? null);
const port = (of: (action: Action) => End | null): Rule => internet((action) => of(action)?.port ?? null);
/** None of the ports has a name. */
const service = (of: (action: Action) => End | null): Rule =>
  internet((action) => {
    const found = of(action);
    if (found === null) return null;
    return found.port === 9 ? 'discard' : found.port === 5353 ? 'mdns' : String(found.port);
  });
const whenThere =
  (get: (action: Action) => Json): Rule =>
  (action) =>
    exists(action) ? get(action) : null;

export const DESCRIPTOR_RULES: Rules = {
  'fd.num': (action) => told(action, 'fd.num'),
  'fd.type': typeOf,
  'fd.typechar': (action) => told(action, 'fd.typechar') ?? CHARS[typeOf(action) ?? ''] ?? null,
  'fd.name': nameOf,
  'fd.directory': (action, facts, said) =>
    // An open that failed still had a name.
    exists(action) || action['fd.name'] === undefined
      ? path((name, isDirectory) => (isDirectory ? name : directoryOf(name)))(action, facts, said)
      : directoryOf(action['fd.name'] as string),
  'fd.filename': path((name) => name.slice(name.lastIndexOf('/') + 1)),
  'fd.cip': address(client),
  'fd.sip': address(server),
  'fd.lip': address(local),
  'fd.rip': address(remote),
  'fd.cport': port(client),
  'fd.sport': port(server),
  'fd.lport': port(local),
  'fd.rport': port(remote),
  'fd.l4proto': whenThere((action) => {
    if (action.type === 'socket' || !isInternet(action)) return '<NA>';
    return PROTOCOLS[action.sockType as number] ?? '<NA>';
  }),
  'fd.sockfamily': (action) => (isInternet(action) ? 'ip' : action.family === 1 ? 'unix' : null),
  'fd.is_server': (action, facts, said) =>
    action.family === 1 && DATA.has(action.type) ? UNIX_ENDS : whenThere(isServer)(action, facts, said),
  'fd.uid': whenThere((action) => `${action.tid}${action['fd.num']}`),
  'fd.containername': (action) => {
    const name = nameOf(action);
    return name === null ? null : `host:${name}`;
  },
  'fd.sproto': service(server),
  'fd.connected': whenThere((action) => told<boolean>(action, 'connected') ?? false),
  'fd.name_changed': whenThere((action) => told<boolean>(action, 'fd.name_changed') ?? false),
  'fd.cip.name': () => ({ why: 'names come from the resolver, which has none in a guest without network' }),
  'fd.sip.name': () => ({ why: 'names come from the resolver, which has none in a guest without network' }),
  'fd.lip.name': () => ({ why: 'names come from the resolver, which has none in a guest without network' }),
  'fd.rip.name': () => ({ why: 'names come from the resolver, which has none in a guest without network' }),
  'fd.dev': (action) => (isPath(action) ? told(action, 'fd.dev') : { why: 'no device to speak of' }),
  'fd.ino': (action) => (exists(action) ? told(action, 'fd.ino') : null),
  'fd.nameraw': (action) => told(action, 'fd.nameraw') ?? (isSocket(action) ? '' : null),
  'fd.is_upper_layer': (action) => (isPath(action) ? false : { why: 'no file' }),
  'fd.is_lower_layer': (action) => (isPath(action) ? false : { why: 'no file' }),
};
