/** Records as the kernel programs build them, for tests. */
import * as r from '../../../src/schema/record.generated.ts';

/** Lays out header, cells and padded strings. */
function build(layout: number, size: number, cellsAt: number, strings: readonly string[]): Uint8Array {
  const raw = strings.map((s) => Buffer.from(s, 'latin1'));
  const total = raw.reduce((sum, s) => sum + ((s.length + 7) & ~7), size);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(r.AT_HEADER_LEN, total, true);
  view.setUint8(r.AT_HEADER_LAYOUT, layout);
  view.setUint8(r.AT_HEADER_NSTR, strings.length);
  let at = size;
  for (const [i, s] of raw.entries()) {
    view.setUint16(cellsAt + i * r.SIZE_STR + r.AT_STR_OFF, at, true);
    view.setUint16(cellsAt + i * r.SIZE_STR + r.AT_STR_LEN, s.length, true);
    bytes.set(s, at);
    at += (s.length + 7) & ~7;
  }
  return bytes;
}

function header(bytes: Uint8Array, type: number, comm: string): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint16(r.AT_HEADER_TYPE, type, true);
  view.setBigUint64(r.AT_HEADER_TS, 0x1122334455667788n, true);
  view.setBigUint64(r.AT_HEADER_START, 123_456_789_012_345n, true);
  view.setUint32(r.AT_HEADER_PID, 4711, true);
  view.setUint32(r.AT_HEADER_TID, 4712, true);
  view.setUint32(r.AT_HEADER_UID, 0xfffffffe, true);
  bytes.set(Buffer.from(comm, 'latin1').subarray(0, r.COMM_LEN), r.AT_HEADER_COMM);
  return view;
}

export interface OpenParts {
  name?: string;
  path?: string;
  pathFlags?: number;
  base?: string;
  comm?: string;
  ret?: bigint;
}

export function openRecord({
  name = '/etc/shadow',
  path = name,
  pathFlags = 0,
  base = '',
  comm = 'cat',
  ret = 3n,
}: OpenParts): Uint8Array {
  const bytes = build(r.LAYOUT_OPEN, r.SIZE_OPEN, r.AT_OPEN_STR, [name, path, base]);
  const view = header(bytes, r.TYPE_OPENAT, comm);
  view.setBigInt64(r.AT_HEADER_RET, ret, true);
  view.setInt32(r.AT_OPEN_DIRFD, -100, true);
  view.setUint32(r.AT_OPEN_OPEN_FLAGS, 0x80000, true);
  view.setUint16(r.AT_OPEN_STR + r.OPEN_PATH * r.SIZE_STR + r.AT_STR_FLAGS, pathFlags, true);
  view.setBigUint64(r.AT_OPEN_INO, 0xffff_ffff_ffff_fffen, true);
  return bytes;
}

export function execRecord(argv: string, env = ''): Uint8Array {
  const bytes = build(r.LAYOUT_EXEC, r.SIZE_EXEC, r.AT_EXEC_STR, [
    '/usr/bin/cat',
    'cat',
    argv,
    '/root',
    'pts0',
    '/user.slice',
    env,
  ]);
  const view = header(bytes, r.TYPE_EXECVE, 'cat');
  view.setUint32(r.AT_EXEC_PPID, 1, true);
  view.setUint32(r.AT_EXEC_LOGINUID, 0xffffffff, true);
  return bytes;
}

/** A renameat whose strings are those given. */
export function callRecord(strings: readonly string[]): Uint8Array {
  const bytes = build(r.LAYOUT_CALL, r.SIZE_CALL, r.AT_CALL_STR, strings);
  const view = header(bytes, r.TYPE_RENAMEAT, 'mv');
  view.setBigInt64(r.AT_HEADER_RET, -18n, true);
  view.setBigUint64(r.AT_CALL_ARGS, 0xffff_ffff_ffff_ff9cn, true);
  view.setBigUint64(r.AT_CALL_ARGS + 5 * 8, 0x1_8000_0000n, true);
  view.setBigUint64(r.AT_CALL_OUT + 2 * 8, 7n, true);
  view.setInt32(r.AT_CALL_FD, -1, true);
  return bytes;
}

export function socketRecord(local: string, remote: string, data = ''): Uint8Array {
  const bytes = build(r.LAYOUT_SOCKET, r.SIZE_SOCKET, r.AT_SOCKET_STR, [local, remote, data]);
  const view = header(bytes, r.TYPE_CONNECT, 'nc');
  view.setUint32(r.AT_SOCKET_FAMILY, 2, true);
  view.setInt32(r.AT_SOCKET_FDS + 4, -1, true);
  view.setUint32(r.AT_SOCKET_KNOWN, r.SOCKET_REMOTE, true);
  view.setUint32(r.AT_SOCKET_REMOTE_PORT, 65535, true);
  bytes.set([10, 0, 0, 255], r.AT_SOCKET_REMOTE_ADDR);
  return bytes;
}
