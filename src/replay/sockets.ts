/** Addresses of sockets as events and the list of descriptors hold them. */

export interface End {
  /** 4 or 16 bytes in network order. */
  readonly address: Buffer;
  readonly port: number;
}

export interface SocketFacts {
  /** AF_*. */
  readonly family: number;
  readonly local: End | null;
  readonly remote: End | null;
  /** AF_UNIX. */
  readonly path: string;
}

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Falco's families in the first byte of an address or a tuple: those of the kernel. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [AF_INET, 4],
  [AF_INET6, 16],
]);

const UNIX_POINTERS = 16;

/**
 * A pair of ends: family, then address and port of the source and of the destination; of unix sockets two pointers and
 * the path. @returns null for what is empty, cut, or of another family
 */
export function readTuple(bytes: Buffer): { family: number; source: End; target: End; path: string } | null {
  const [family = 0] = bytes;
  const none = { address: Buffer.alloc(0), port: 0 };
  if (family === AF_UNIX) {
    return { family, source: none, target: none, path: zeroEnded(bytes.subarray(1 + UNIX_POINTERS)) };
  }
  const size = SIZES.get(family);
  if (size === undefined || bytes.length < 1 + 2 * (size + 2)) return null;
  return { family, source: end(bytes, 1, size), target: end(bytes, 3 + size, size), path: '' };
}

/** One address: family, address, port; of unix sockets the path. */
export function readAddress(bytes: Buffer): { family: number; end: End | null; path: string } | null {
  const [family = 0] = bytes;
  if (family === AF_UNIX) return { family, end: null, path: zeroEnded(bytes.subarray(1)) };
  const size = SIZES.get(family);
  if (size === undefined || bytes.length < 3 + size) return null;
  return { family, end: end(bytes, 1, size), path: '' };
}

/** Ports of events are in the machine's byte order. */
function end(bytes: Buffer, at: number, size: number): End {
  return { address: Buffer.from(bytes.subarray(at, at + size)), port: bytes.readUInt16LE(at + size) };
}

export function zeroEnded(bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  return bytes.toString('latin1', 0, zero < 0 ? bytes.length : zero);
}
