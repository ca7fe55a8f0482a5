import { realpathSync } from 'node:fs';
import type { Alert } from '../base/alert.ts';
import type { OpenDatagram } from '../base/datagram.ts';
import { datagramChannel } from './datagram-channel.ts';
import { alertLine } from './line.ts';
import type { Channel } from './sink.ts';

/** The local syslog socket, in the form libc's syslog(3) writes: `<pri>Mmm dd hh:mm:ss ident[pid]: text`. */
export const SYSLOG_SOCKET = '/dev/log';

// LOG_USER of syslog(3), Falco's choice as well.
const FACILITY_USER = 1;
// rsyslog cuts at 8 KiB by itself (global maxMessageSize); cutting here keeps the sequence of bytes valid.
const MAX_BYTES = 8192;

// RFC 5424, 6.2.4: printable ASCII.
const MAX_HOSTNAME = 255;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function syslogChannel(open: OpenDatagram, pid: number, json: boolean, path = SYSLOG_SOCKET): Channel {
  return datagramChannel('syslog', path, open, (alert) => syslogMessage(alert, pid, json));
}

export function syslogMessage(alert: Alert, pid: number, json: boolean): Uint8Array {
  const priority = FACILITY_USER * 8 + alert.priorityNumber;
  const text = `<${priority}>${timestamp(alert.timeNs)} saker[${pid}]: ${alertLine(alert, json)}`;
  return cut(Buffer.from(text));
}

/** RFC 5424, as it goes over a network: `<pri>1 time host saker pid - - text`. */
export function syslogNetworkMessage(alert: Alert, pid: number, json: boolean): Uint8Array {
  const priority = FACILITY_USER * 8 + alert.priorityNumber;
  const seconds = new Date(Number(alert.timeNs / 1_000_000n)).toISOString().slice(0, -5);
  // Microseconds are the finest the standard has.
  const micros = String((alert.timeNs / 1000n) % 1_000_000n).padStart(6, '0');
  const host = alert.hostname.replace(/[^!-~]/g, '').slice(0, MAX_HOSTNAME) || '-';
  return cut(
    Buffer.from(`<${priority}>1 ${seconds}.${micros}Z ${host} saker ${pid} - - ${alertLine(alert, json)}`),
  );
}

/** RFC 3164: local time, day padded with a blank. */
function timestamp(timeNs: bigint): string {
  const date = new Date(Number(timeNs / 1_000_000n));
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2, ' ')} ${clock.join(':')}`;
}

function cut(bytes: Buffer): Buffer {
  if (bytes.length <= MAX_BYTES) return bytes;
  let end = MAX_BYTES - 3;
  // Not in the middle of a character: 10xxxxxx is never a first byte of UTF-8.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from('…')]);
}

/**
 * Whether /dev/log is the journal's own socket. Then syslog daemons get their messages from the journal, alerts
 * written to it natively included, and writing to /dev/log as well would only store each alert twice.
 */
export function syslogEndsInJournal(path = SYSLOG_SOCKET): boolean {
  try {
    return realpathSync(path).startsWith('/run/systemd/journal/');
  } catch {
    return false;
  }
}
