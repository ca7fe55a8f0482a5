import { readBounded } from './files.ts';

/** An open descriptor, by its link in /proc/PID/fd. */
export interface Descriptor {
  /** Kind as rules spell it (fd.type). */
  readonly type: string;
  /** Path, `pipe:[inode]`, name of a memfd or socket; empty when there is none. */
  readonly name: string;
  /** Sockets of IP: transport and ends; the remote one only with a peer. */
  readonly socket?: InternetSocket;
}

export interface InternetSocket {
  readonly l4: 'tcp' | 'udp' | 'raw';
  readonly local: SocketAddress;
  readonly remote: SocketAddress | null;
}

export interface SocketAddress {
  /** 4 or 16 bytes in network order. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** Inode of a socket → its kind and name. */
export type SocketKinds = ReadonlyMap<string, Descriptor>;

/** Network namespaces whose tables are kept, and for how long; a busy machine's tables take 10 ms to read. */
const MAX_NAMESPACES = 16;
const FRESH_MS = 1000;
const READS_PER_SECOND = 10;

const NO_SOCKETS: SocketKinds = new Map();

/** The tables of sockets by network namespace. However often somebody asks, they are read ten times a second at most. */
export class SocketTables {
  readonly #nowMs: () => number;
  readonly #known = new Map<string, { readMs: number; kinds: SocketKinds }>();
  #second = 0;
  #readsLeft = READS_PER_SECOND;

  /** @param nowMs a monotonic clock in ms */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * One socket; null when the tables do not have it or may not be read now.
   * @param namespace name of the network namespace
   * @param net /proc/PID/net of a process in it
   */
  find(namespace: string, net: string, inode: string): Descriptor | null {
    const known = this.#known.get(namespace);
    const nowMs = this.#nowMs();
    const found = known?.kinds.get(inode);
    if (found !== undefined && nowMs - known!.readMs < FRESH_MS) return found;
    return this.#read(namespace, net, nowMs).get(inode) ?? found ?? null;
  }

  #read(namespace: string, net: string, nowMs: number): SocketKinds {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#readsLeft = READS_PER_SECOND;
    }
    if (this.#readsLeft-- <= 0) return NO_SOCKETS;
    const kinds = readSockets(net);
    this.#known.delete(namespace);
    this.#known.set(namespace, { readMs: nowMs, kinds });
    if (this.#known.size > MAX_NAMESPACES) this.#known.delete(this.#known.keys().next().value!);
    return kinds;
  }
}

/** Tables of /proc/net are read up to here: a machine of ten thousand connections has 1.5 MiB. */
const TABLE_BYTES = 2 << 20;

/** Text between `anon_inode:` and the end, without brackets → kind. */
const ANONYMOUS: Readonly<Record<string, string>> = {
  eventfd: 'event',
  eventpoll: 'eventpoll',
  inotify: 'inotify',
  signalfd: 'signalfd',
  timerfd: 'timerfd',
  io_uring: 'io_uring',
  userfaultfd: 'userfaultfd',
  pidfd: 'pidfd',
  'bpf-map': 'bpf',
  'bpf-prog': 'bpf',
  'bpf-link': 'bpf',
  bpf_link: 'bpf',
  bpf_iter: 'bpf',
};

/** In no table of IP or AF_UNIX: most of the rest are netlink. */
const OTHER_SOCKET: Descriptor = { type: 'netlink', name: '' };

export function describeLink(
  link: string,
  ask: { isDirectory(): boolean; socket(inode: string): Descriptor | null },
): Descriptor {
  if (link.startsWith('/memfd:')) {
    return { type: 'memfd', name: link.slice('/memfd:'.length).replace(/ \(deleted\)$/, '') };
  }
  if (link.startsWith('/')) return { type: ask.isDirectory() ? 'directory' : 'file', name: link };
  if (link.startsWith('pipe:')) return { type: 'pipe', name: link };
  const socket = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  if (socket !== undefined) return ask.socket(socket) ?? OTHER_SOCKET;
  const anonymous = /^anon_inode:\[?([^\]]*)\]?$/.exec(link)?.[1];
  return { type: ANONYMOUS[anonymous ?? ''] ?? 'unknown', name: '' };
}

const TABLES = [
  ['tcp', 'tcp', 'ipv4'],
  ['udp', 'udp', 'ipv4'],
  ['raw', 'raw', 'ipv4'],
  ['tcp6', 'tcp', 'ipv6'],
  ['udp6', 'udp', 'ipv6'],
  ['raw6', 'raw', 'ipv6'],
] as const;

/** All sockets of a network namespace. @param net /proc/PID/net */
export function readSockets(net: string): SocketKinds {
  const kinds = new Map<string, Descriptor>();
  for (const [table, l4, type] of TABLES) {
    for (const columns of rows(`${net}/${table}`)) {
      const inode = columns[9];
      if (inode === undefined) continue;
      const local = endpoint(columns[1] ?? '');
      const peer = endpoint(columns[2] ?? '');
      const remote = peer.port === 0 ? null : peer;
      kinds.set(inode, { type, name: tuple(local, remote), socket: { l4, local, remote } });
    }
  }
  for (const columns of rows(`${net}/unix`)) {
    const inode = columns[6];
    if (inode !== undefined) kinds.set(inode, { type: 'unix', name: columns[7] ?? '' });
  }
  return kinds;
}

function* rows(path: string): Generator<readonly string[]> {
  const text = readBounded(path, TABLE_BYTES)?.toString('latin1') ?? '';
  for (const line of text.split('\n').slice(1)) if (line !== '') yield line.trim().split(/\s+/);
}

/** `client->server`, the lower port being the one that waits; or the local end of a socket that has no peer. */
function tuple(local: SocketAddress, remote: SocketAddress | null): string {
  if (remote === null) return text(local);
  const [client, server] = local.port < remote.port ? [remote, local] : [local, remote];
  return `${text(client)}->${text(server)}`;
}

const text = ({ address, port }: SocketAddress): string => `${addressText(address)}:${port}`;

function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16),
  );
  return groups.join(':');
}

/** proc(5) prints addresses as words in the machine's byte order (here little-endian) in hexadecimal. */
function endpoint(printed: string): SocketAddress {
  const [words = '', port = '0'] = printed.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  return {
    address: Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)),
    port: Number.parseInt(port, 16),
  };
}
