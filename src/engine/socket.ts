import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import { printAddress } from '../rules/output/address.ts';
import * as abi from '../schema/record.generated.ts';
import type { InternetSocket } from '../state/index.ts';
import { type DescriptorKind, KINDS, UNKNOWN } from './descriptor-kinds.ts';

/** Both ends of a socket as an event saw them. */

export interface Endpoint {
  /** 4 or 16 bytes in network order, a copy. */
  readonly address: Uint8Array;
  readonly port: number;
}

export interface SocketEnds {
  readonly kind: DescriptorKind;
  readonly name: Interned;
  readonly local: Endpoint | null;
  readonly remote: Endpoint | null;
  /** Who waited and who called; of a socket that is only bound the local end is the server. */
  readonly client: Endpoint | null;
  readonly server: Endpoint | null;
  readonly isServer: boolean;
  /** `tcp`, `udp`, `icmp`, `raw`; null for others and before it is used. */
  readonly l4: Interned | null;
  readonly connected: boolean;
  /** The event gave the socket a remote end that it did not have before. */
  readonly nameChanged: boolean;
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
/** Of tcp_states.h: established, and with one of both directions closed. */
const CONNECTED: ReadonlySet<number> = new Set([1, 4, 5, 8]);
const LISTENING = 10;
const EINPROGRESS = 115;

const TCP = new Interned('tcp');
const UDP = new Interned('udp');
const ICMP = new Interned('icmp');
const RAW = new Interned('raw');

/** Names are few: a server has the same peers again and again. */
const names = new Map<string, Interned>();
const MEMORY = 4096;

function interned(text: string): Interned {
  let name = names.get(text);
  if (name === undefined) {
    name = new Interned(text);
    if (names.size >= MEMORY) names.clear();
    names.set(text, name);
  }
  return name;
}

export function describeSocket(record: EventRecord): SocketEnds {
  const { socket, type } = record;
  const local = endpoint(record, abi.SOCKET_LOCAL, socket.localAddress, socket.localPort);
  const remote = endpoint(record, abi.SOCKET_REMOTE, socket.remoteAddress, socket.remotePort);
  const isServer = isServerEnd(record, local, remote);
  const [client, server] = isServer ? [remote, local] : [local, remote];
  const connecting = type === abi.TYPE_CONNECT && (record.ret >= 0 || record.ret === -EINPROGRESS);
  const given = (socket.known & abi.SOCKET_GIVEN) !== 0 && remote !== null && record.ret >= 0;
  return {
    kind: kindOf(socket.family, local ?? remote),
    name: nameOf(record, local, remote, client, server),
    local,
    remote,
    client: remote === null ? null : client,
    server: remote === null ? local : server,
    isServer,
    l4: layer4(record),
    connected: connecting || CONNECTED.has(socket.state),
    nameChanged: connecting || (type !== abi.TYPE_BIND && given),
  };
}

/** A socket of IP that /proc showed, where no event tells which end waits. */
export function describeFound({ l4, local: ours, remote: theirs }: InternetSocket): SocketEnds {
  const local = unmapped(ours);
  const remote = theirs === null ? null : unmapped(theirs);
  const isServer = remote === null || local.port < remote.port;
  const [client, server] = isServer ? [remote, local] : [local, remote];
  const name = client === null ? endpointText(local) : `${endpointText(client)}->${endpointText(server!)}`;
  return {
    kind: local.address.length === 4 ? KINDS.ipv4! : KINDS.ipv6!,
    name: interned(name),
    local,
    remote,
    client,
    server,
    isServer,
    l4: { tcp: TCP, udp: UDP, raw: RAW }[l4],
    connected: remote !== null,
    nameChanged: false,
  };
}

const unmapped = ({ address, port }: Endpoint): Endpoint => {
  return address.length === 16 && isMapped(address)
    ? { address: address.slice(12), port }
    : { address, port };
};

function kindOf(family: number, some: Endpoint | null): DescriptorKind {
  switch (family) {
    case AF_INET:
      return KINDS.ipv4!;
    case AF_INET6:
      return some?.address.length === 4 ? KINDS.ipv4! : KINDS.ipv6!;
    case AF_UNIX:
      return KINDS.unix!;
    case AF_NETLINK:
      return KINDS.netlink!;
    default:
      return UNKNOWN;
  }
}

function endpoint(record: EventRecord, known: number, address: Uint8Array, port: number): Endpoint | null {
  const { socket, type } = record;
  // A new socket has no ends; what the kernel holds for it is zeroes.
  if ((socket.known & known) === 0 || type === abi.TYPE_SOCKET) return null;
  if (socket.family === AF_INET) return { address: address.slice(0, 4), port };
  if (socket.family !== AF_INET6) return null;
  // Peers of a socket for both families are IPv4 to rules.
  return { address: isMapped(address) ? address.slice(12, 16) : address.slice(), port };
}

function isMapped(address: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  return address[10] === 0xff && address[11] === 0xff;
}

/** Calls that tell their side decide, then the kernel; where it does not know, the lower port is the one that waits. */
function isServerEnd(record: EventRecord, local: Endpoint | null, remote: Endpoint | null): boolean {
  const { type, socket } = record;
  switch (type) {
    case abi.TYPE_ACCEPT:
    case abi.TYPE_ACCEPT4:
    case abi.TYPE_BIND:
    case abi.TYPE_LISTEN:
      return true;
    case abi.TYPE_CONNECT:
      return false;
    default:
      if (socket.state === LISTENING || (socket.known & abi.SOCKET_ACCEPTED) !== 0) return true;
      return local !== null && remote !== null && local.port !== 0 && local.port < remote.port;
  }
}

function layer4(record: EventRecord): Interned | null {
  const { family, sockType, protocol } = record.socket;
  if (record.type === abi.TYPE_SOCKET || (family !== AF_INET && family !== AF_INET6)) return null;
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) return ICMP;
  if (sockType === SOCK_STREAM) return TCP;
  if (sockType === SOCK_DGRAM) return UDP;
  return sockType === SOCK_RAW ? RAW : null;
}

export const endpointText = ({ address, port }: Endpoint): string => `${printAddress(address)}:${port}`;

function nameOf(
  record: EventRecord,
  local: Endpoint | null,
  remote: Endpoint | null,
  client: Endpoint | null,
  server: Endpoint | null,
): Interned {
  const { socket } = record;
  if (socket.family === AF_UNIX) return unixName(socket.remotePath, socket.localPath);
  if (client !== null && server !== null) return interned(`${endpointText(client)}->${endpointText(server)}`);
  const only = local ?? remote;
  return only === null ? EMPTY : interned(endpointText(only));
}

function unixName(remote: Interned, local: Interned): Interned {
  return unixText(remote.text === '' ? local : remote);
}

/** Abstract names begin with a zero byte, which people write as `@`. */
export function unixText(name: Interned): Interned {
  return name.text.startsWith('\0') ? interned(`@${name.text.slice(1)}`) : name;
}
