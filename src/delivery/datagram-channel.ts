import { constants } from 'node:os';
import type { Alert } from '../base/alert.ts';
import type { Datagram, OpenDatagram } from '../base/datagram.ts';
import { errnoName, inWords } from './errno.ts';
import type { Channel, Sent } from './sink.ts';

const { EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR, EMSGSIZE } = constants.errno;
// The reader lives but is slow; any other errno means that the connection is worth nothing.
const BUSY = new Set([EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR]);

/** Sends each record as one datagram to a local socket; connects when first needed and again after its reader went. */
export function datagramChannel(
  name: string,
  path: string,
  open: OpenDatagram,
  encode: (alert: Alert) => Uint8Array,
): Channel {
  let socket: Datagram | null = null;
  const drop = (): void => {
    socket?.close();
    socket = null;
  };
  const connected = (): Datagram | number => {
    if (socket !== null) return socket;
    const opened = open(path);
    if (typeof opened !== 'number') socket = opened;
    return opened;
  };
  const send = (records: readonly Uint8Array[]): Sent => {
    for (const [done, record] of records.entries()) {
      const target = connected();
      const result = typeof target === 'number' ? target : target.send(record);
      if (result === 0) continue;
      const error = `${path}: ${inWords(errnoName(-result))}`;
      if (-result === EMSGSIZE) return { done, error, refused: true };
      const busy = BUSY.has(-result);
      if (!busy) drop();
      return { done, error, busy };
    }
    return { done: records.length, error: null };
  };
  const tryOpen = (): string | null => {
    const target = connected();
    return typeof target === 'number' ? `${path}: ${inWords(errnoName(-target))}` : null;
  };
  return { name, open: tryOpen, encode, send, reopen: drop, close: drop };
}
