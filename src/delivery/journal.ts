import type { Alert } from '../base/alert.ts';
import type { OpenDatagram } from '../base/datagram.ts';
import { printable } from '../base/printable.ts';
import { datagramChannel } from './datagram-channel.ts';
import type { Channel } from './sink.ts';

/**
 * The systemd journal by its native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. One datagram is one
 * entry, a field is `NAME=value\n`, or `NAME\n`, a 64-bit little-endian length, the value and `\n`.
 */
export const JOURNAL_SOCKET = '/run/systemd/journal/socket';

// journald takes 1024 fields an entry (journald-native.c, ENTRY_FIELD_COUNT_MAX) and adds some twenty of its own.
const MAX_FIELDS = 512;
// journald keeps 64 characters of a name (journal-file.c, journal_field_valid).
const MAX_NAME = 64;
// Characters of one value; a 1 MB argument is evidence in the JSON file, in the journal it would push out the rest.
const MAX_VALUE = 64 * 1024;
// LOG_USER of syslog(3): what syslog readers see when the journal forwards.
const FACILITY_USER = 1;

export function journalChannel(open: OpenDatagram, pid: number, path = JOURNAL_SOCKET): Channel {
  return datagramChannel('journal', path, open, (alert) => journalEntry(alert, pid));
}

export function journalEntry(alert: Alert, pid: number): Uint8Array {
  const parts: Buffer[] = [];
  const add = (name: string, value: string): void => void parts.push(journalField(name, value));
  // Time stands beside the message in every view of the journal; the rest is Falco's text line.
  add('MESSAGE', printable(`${alert.priority} ${alert.output}`));
  add('PRIORITY', String(alert.priorityNumber));
  add('SYSLOG_FACILITY', String(FACILITY_USER));
  add('SYSLOG_IDENTIFIER', 'saker');
  add('SYSLOG_PID', String(pid));
  add('SAKER_RULE', alert.rule);
  add('SAKER_PRIORITY', alert.priority);
  add('SAKER_SOURCE', alert.source);
  add('SAKER_TIME_NS', String(alert.timeNs));
  // A field may repeat: `journalctl SAKER_TAGS=network` finds every alert that has the tag among others.
  for (const tag of alert.tags.slice(0, MAX_FIELDS)) add('SAKER_TAGS', tag);
  for (const [name, value] of Object.entries(alert.fields)) {
    if (parts.length >= MAX_FIELDS) break;
    if (value !== null) add(fieldName(name), String(value));
  }
  return Buffer.concat(parts);
}

/** `proc.aname[2]` → SAKER_FIELD_PROC_ANAME_2: journald allows A-Z, 0-9 and _. */
export function fieldName(name: string): string {
  const plain = name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/_$/, '');
  return `SAKER_FIELD_${plain}`.slice(0, MAX_NAME);
}

/** Values with a line end or another control character take the length form, which no value can break out of. */
function journalField(name: string, value: string): Buffer {
  const bytes = Buffer.from(value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether there is one
  if (!/[\u0000-\u001f\u007f]/.test(value)) return Buffer.concat([Buffer.from(`${name}=`), bytes, NEWLINE]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, NEWLINE]);
}

const NEWLINE = Buffer.from('\n');
