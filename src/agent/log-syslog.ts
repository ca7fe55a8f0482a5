import { constants } from 'node:os';
import type { Datagram, OpenDatagram } from '../base/datagram.ts';

/** Facility of syslog(3) for messages of daemons. */
const LOG_DAEMON = 3 << 3;
const SOCKET = '/dev/log';

/**
 * Writes the agent's own messages to the local syslog. A daemon that was restarted is found again with the next
 * message; one that syslog does not take is on standard error all the same.
 */
export function syslogWriter(open: OpenDatagram, pid: number): (severity: number, text: string) => void {
  let socket: Datagram | null = null;
  /** 0 or a negative errno. */
  const send = (bytes: Uint8Array): number => {
    if (socket === null) {
      const opened = open(SOCKET);
      if (typeof opened === 'number') return opened;
      socket = opened;
    }
    return socket.send(bytes);
  };
  return (severity, text) => {
    const bytes = Buffer.from(`<${LOG_DAEMON | severity}>saker[${pid}]: ${text}`);
    const result = send(bytes);
    // A full queue empties; after anything else the connection is worth nothing.
    if (result === 0 || result === -constants.errno.EAGAIN || socket === null) return;
    socket.close();
    socket = null;
    send(bytes);
  };
}
