import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as r from '../../../src/schema/record.generated.ts';
import { callRecord, eventOf, fieldOf, socketRecord } from './records.ts';

/** Calls beyond names and sockets: descriptors of any kind, rare calls, io_uring. */

const HERE = [[10, 0, 0, 1], 443] as const;
const THERE = [[10, 0, 0, 2], 80] as const;
const FILE = { fd: 3, path: '/etc/shadow', fileMode: 0o100600 };
const URING = r.FLAG_IO_URING | r.FLAG_FD_UNKNOWN;

const rows: [title: string, record: Uint8Array, fields: Record<string, unknown>][] = [
  [
    'read of a file',
    callRecord('read', { ...FILE, args: [3, 0, 100], ret: 4, data: 'root' }),
    {
      'fd.name': '/etc/shadow',
      'fd.type': 'file',
      'evt.arg.size': '100',
      'evt.arg.data': 'root',
      'evt.category': 'file',
      'evt.is_io_read': true,
      'evt.args': 'res=4 data=root fd=3(<f>/etc/shadow) size=100',
    },
  ],
  [
    'writev to a socket',
    socketRecord('writev', { args: [5, 0, 2], fd: 5, ret: 7, size: 7, state: 1, local: HERE, remote: THERE }),
    { 'fd.type': 'ipv4', 'fd.rip': '10.0.0.2', 'evt.arg.size': '7', 'evt.category': 'net' },
  ],
  [
    'close that fails',
    callRecord('close', { args: [99], fd: 99, ret: -9 }),
    { 'evt.res': 'EBADF', 'evt.arg.fd': '99', 'evt.type': 'close' },
  ],
  [
    'lseek',
    callRecord('lseek', { ...FILE, args: [3, 10, 2] }),
    { 'evt.arg.whence': 'SEEK_END', 'evt.rawarg.whence': 2, 'evt.arg.offset': '10' },
  ],
  [
    'access by bits and by none',
    callRecord('access', { name: '/x', args: [0, 6] }),
    { 'evt.arg.mode': 'R_OK|W_OK', 'evt.arg.name': '/x' },
  ],
  ['access for existence', callRecord('access', { name: '/x', args: [0, 0] }), { 'evt.arg.mode': 'F_OK' }],
  [
    'a call known by its number only',
    callRecord('vhangup', { ret: 0 }),
    { 'evt.type': 'vhangup', 'evt.arg.ID': 'vhangup', 'evt.arg.nativeID': '0', 'evt.category': 'other' },
  ],
  [
    'swapon',
    callRecord('swapon', { name: 'disk', base: '/dev', args: [0, 1] }),
    { 'evt.arg.path': '/dev/disk', 'evt.arg.ID': 'swapon', 'evt.arg[3]': '/dev/disk' },
  ],
  [
    'limits',
    callRecord('prlimit', { args: [0, 7, 4096], out: [100, 200, 0] }),
    { 'evt.arg.newcur': '100', 'evt.arg.newmax': '200', 'evt.arg.resource': 'RLIMIT_NOFILE' },
  ],
  [
    'limits that are only asked for',
    callRecord('prlimit', { args: [0, 7, 0], out: [1, 2, 0] }),
    { 'evt.arg.newcur': null },
  ],
  [
    'a time',
    callRecord('nanosleep', { out: [2, 5, 0] }),
    { 'evt.arg.interval': '2000000005', 'evt.category': 'sleep' },
  ],
  [
    'quotactl, whose command holds the kind of quota',
    callRecord('quotactl', { args: [(0x800007 << 8) | 1, 0, 5], name: '/dev/sda' }),
    { 'evt.arg.cmd': 'Q_GETQUOTA', 'evt.arg.type': 'GRPQUOTA' },
  ],
  [
    'ftruncate through io_uring',
    callRecord('ftruncate', { path: '/var/log/wtmp', fileMode: 0o100644, flags: URING, args: [0, 0] }),
    { 'fd.name': '/var/log/wtmp', 'fd.num': 0, 'evt.is_io_uring': true },
  ],
  [
    'connect through io_uring',
    socketRecord('connect', {
      flags: URING,
      known: r.SOCKET_FOUND,
      state: 1,
      local: HERE,
      remote: THERE,
    }),
    { 'fd.num': 0, 'fd.sip': '10.0.0.2', 'fd.cip': '10.0.0.1', 'fd.connected': true },
  ],
  [
    'an accepted socket is the server, whatever its port',
    socketRecord('read', { fd: 4, state: 1, known: r.SOCKET_ACCEPTED, local: HERE, remote: THERE }),
    { 'fd.sip': '10.0.0.1', 'fd.sport': 443, 'fd.is_server': true },
  ],
  [
    'of others the lower port serves',
    socketRecord('read', { fd: 4, state: 1, local: HERE, remote: THERE }),
    { 'fd.sip': '10.0.0.2', 'fd.is_server': false },
  ],
];

for (const [title, record, fields] of rows)
  test(title, () => {
    const event = eventOf(record);
    for (const [field, value] of Object.entries(fields))
      assert.deepEqual(fieldOf(event, field), value, field);
  });
