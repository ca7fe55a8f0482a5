/** The layouts that many system calls share: any call by its registers and names, and calls on sockets. */
import type { Interned } from '../base/interning.ts';
import * as r from '../schema/record.generated.ts';
import { Fields } from './layouts.ts';

const callString = (index: number): number => r.AT_CALL_STR + index * r.SIZE_STR;
const NAME_AT = callString(r.CALL_NAME);
const BASE_AT = callString(r.CALL_BASE);
const NAME2_AT = callString(r.CALL_NAME2);
const BASE2_AT = callString(r.CALL_BASE2);
const PATH_AT = callString(r.CALL_PATH);
const TEXT_AT = callString(r.CALL_TEXT);
const CALL_DATA_AT = callString(r.CALL_DATA);

/** A system call; strings that its type does not have are empty. */
export class CallFields extends Fields {
  /** Number of the system call in the table of its ABI (FLAG_COMPAT: the 32-bit one). */
  get nr(): number {
    return this.c.u32(r.AT_CALL_NR);
  }
  /** Register 0 to 5 as given, all 64 bits. */
  arg(index: number): bigint {
    return this.c.big(r.AT_CALL_ARGS + index * 8);
  }
  /** Low half of the register as a signed int: what the kernel sees of ints, ids, descriptors. */
  int(index: number): number {
    return this.c.i32(r.AT_CALL_ARGS + index * 8);
  }
  /** Low half of the register as an unsigned int: modes, flags, user and group ids. */
  uint(index: number): number {
    return this.c.u32(r.AT_CALL_ARGS + index * 8);
  }
  /** pipe, pipe2: 0 and 1 are the descriptors. capset: permitted, effective, inheritable. */
  out(index: number): bigint {
    return this.c.big(r.AT_CALL_OUT + index * 8);
  }
  /** The descriptor whose file `path` is; -1 if there is none. */
  get fd(): number {
    return this.c.i32(r.AT_CALL_FD);
  }
  /** Inode, device (st_dev, 32-bit form) and st_mode of the file of `fd`; 0 without one. */
  get ino(): bigint {
    return this.c.big(r.AT_CALL_INO);
  }
  get dev(): number {
    return this.c.u32(r.AT_CALL_DEV);
  }
  get fileMode(): number {
    return this.c.u32(r.AT_CALL_FILE_MODE);
  }
  /** The first path, as the caller wrote it. */
  get name(): Interned {
    return this.c.text(NAME_AT);
  }
  get nameFlags(): number {
    return this.c.textFlags(NAME_AT);
  }
  /** Directory that a relative `name` starts from; empty for an absolute one. */
  get base(): Interned {
    return this.c.text(BASE_AT);
  }
  get baseFlags(): number {
    return this.c.textFlags(BASE_AT);
  }
  /** The second path (rename, link, pivot_root, mount: target), as the caller wrote it. */
  get name2(): Interned {
    return this.c.text(NAME2_AT);
  }
  get name2Flags(): number {
    return this.c.textFlags(NAME2_AT);
  }
  get base2(): Interned {
    return this.c.text(BASE2_AT);
  }
  get base2Flags(): number {
    return this.c.textFlags(BASE2_AT);
  }
  /** As the kernel knows it: the file of `fd`, or where chdir and fchdir went. */
  get path(): Interned {
    return this.c.text(PATH_AT);
  }
  get pathFlags(): number {
    return this.c.textFlags(PATH_AT);
  }
  /** Attribute, file system type, module, its parameters, memfd or thread name. */
  get text(): Interned {
    return this.c.text(TEXT_AT);
  }
  get textFlags(): number {
    return this.c.textFlags(TEXT_AT);
  }
  /** The first bytes read or written, valid until the next record; empty unless rules ask for data. */
  get data(): Uint8Array {
    return this.c.stringBytes(CALL_DATA_AT);
  }
}

const LOCAL_PATH_AT = r.AT_SOCKET_STR + r.SOCKET_LOCAL_PATH * r.SIZE_STR;
const REMOTE_PATH_AT = r.AT_SOCKET_STR + r.SOCKET_REMOTE_PATH * r.SIZE_STR;
const SOCKET_DATA_AT = r.AT_SOCKET_STR + r.SOCKET_DATA * r.SIZE_STR;
const ADDRESS_BYTES = 16;

/** A system call on a socket, with both ends as the kernel knew them when it ended. */
export class SocketFields extends Fields {
  get nr(): number {
    return this.c.u32(r.AT_SOCKET_NR);
  }
  /** Register 0 to 5 as given, all 64 bits. */
  arg(index: number): bigint {
    return this.c.big(r.AT_SOCKET_ARGS + index * 8);
  }
  int(index: number): number {
    return this.c.i32(r.AT_SOCKET_ARGS + index * 8);
  }
  uint(index: number): number {
    return this.c.u32(r.AT_SOCKET_ARGS + index * 8);
  }
  /** Bytes that a send or recv call asked for, over all its parts. */
  get size(): number {
    return this.c.u64(r.AT_SOCKET_SIZE);
  }
  /** Inode in sockfs. */
  get ino(): bigint {
    return this.c.big(r.AT_SOCKET_INO);
  }
  /** The socket described: for accept the new one, if there is one. */
  get fd(): number {
    return this.c.i32(r.AT_SOCKET_FD);
  }
  /** socketpair: descriptor 0 or 1; else -1. */
  pair(index: 0 | 1): number {
    return this.c.i32(r.AT_SOCKET_FDS + index * 4);
  }
  /** AF_*; 65535 when the descriptor is no socket. */
  get family(): number {
    return this.c.u32(r.AT_SOCKET_FAMILY);
  }
  /** SOCK_STREAM … without SOCK_CLOEXEC and SOCK_NONBLOCK. */
  get sockType(): number {
    return this.c.u32(r.AT_SOCKET_SOCK_TYPE);
  }
  /** IPPROTO_*. */
  get protocol(): number {
    return this.c.u32(r.AT_SOCKET_PROTOCOL);
  }
  /** TCP_* of the kernel: 1 established, 2 connecting, 7 closed, 10 listening; also for other protocols. */
  get state(): number {
    return this.c.u32(r.AT_SOCKET_STATE);
  }
  /** SOCKET_* of the schema: which addresses are there and where they come from. */
  get known(): number {
    return this.c.u32(r.AT_SOCKET_KNOWN);
  }
  get localPort(): number {
    return this.c.u32(r.AT_SOCKET_LOCAL_PORT);
  }
  get remotePort(): number {
    return this.c.u32(r.AT_SOCKET_REMOTE_PORT);
  }
  /** 16 bytes in network order (IPv4: the first four), valid until the next record. */
  get localAddress(): Uint8Array {
    return this.c.bytes(r.AT_SOCKET_LOCAL_ADDR, ADDRESS_BYTES);
  }
  get remoteAddress(): Uint8Array {
    return this.c.bytes(r.AT_SOCKET_REMOTE_ADDR, ADDRESS_BYTES);
  }
  /** sun_path of an AF_UNIX socket; an abstract name starts with a zero byte. */
  get localPath(): Interned {
    return this.c.text(LOCAL_PATH_AT);
  }
  get remotePath(): Interned {
    return this.c.text(REMOTE_PATH_AT);
  }
  /** The first bytes sent or received, valid until the next record; empty unless rules ask for data. */
  get data(): Uint8Array {
    return this.c.stringBytes(SOCKET_DATA_AT);
  }
}
