import { readBounded } from './files.ts';

/** An open descriptor, by its link in /proc/PID/fd. */
export interface Descriptor {
  /** Kind as rules spell it (fd.type). */
  readonly type: string;
  /** Path, `pipe:[inode]`, name of a memfd or socket; empty when there is none. */
  readonly name: string;
}

/** Inode of a socket → its kind and, for AF_UNIX, its path. */
export type SocketKinds = ReadonlyMap<string, Descriptor>;

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

export function describeLink(
  link: string,
  ask: { isDirectory(): boolean; sockets(): SocketKinds },
): Descriptor {
  if (link.startsWith('/memfd:')) {
    return { type: 'memfd', name: link.slice('/memfd:'.length).replace(/ \(deleted\)$/, '') };
  }
  if (link.startsWith('/')) return { type: ask.isDirectory() ? 'directory' : 'file', name: link };
  if (link.startsWith('pipe:')) return { type: 'pipe', name: link };
  const socket = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  if (socket !== undefined) return ask.sockets().get(socket) ?? { type: 'netlink', name: '' };
  const anonymous = /^anon_inode:\[?([^\]]*)\]?$/.exec(link)?.[1];
  return { type: ANONYMOUS[anonymous ?? ''] ?? 'unknown', name: '' };
}

/** All sockets of a network namespace. @param net /proc/PID/net */
export function readSockets(net: string): SocketKinds {
  const kinds = new Map<string, Descriptor>();
  for (const [table, type] of [
    ['tcp', 'ipv4'],
    ['udp', 'ipv4'],
    ['raw', 'ipv4'],
    ['tcp6', 'ipv6'],
    ['udp6', 'ipv6'],
    ['raw6', 'ipv6'],
  ] as const) {
    for (const columns of rows(`${net}/${table}`)) {
      const inode = columns[9];
      if (inode !== undefined) kinds.set(inode, { type, name: tuple(columns[1] ?? '', columns[2] ?? '') });
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

/** `local->remote`, or the local end of a socket that has no peer. */
function tuple(local: string, remote: string): string {
  const ours = endpoint(local);
  return remote.endsWith(':0000') ? ours : `${ours}->${endpoint(remote)}`;
}

/** proc(5) prints addresses as words in the machine's byte order (here little-endian) in hexadecimal. */
function endpoint(text: string): string {
  const [address = '', port = '0'] = text.split(':');
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16));
  const shown =
    numbers.length === 4
      ? numbers.join('.')
      : (bytes.join('').toLowerCase().match(/.{4}/g) ?? [])
          .map((part) => part.replace(/^0{1,3}/, ''))
          .join(':');
  return `${shown}:${Number.parseInt(port, 16)}`;
}
