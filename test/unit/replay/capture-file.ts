/** Builds capture files for tests: blocks as Sysdig and Falco write them. */

type Param = number | bigint | string | Buffer;

export const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
export const i64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u16(value.length), Buffer.from(value, 'latin1')]);

export function block(type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const length = u32(padded.length + 12);
  return Buffer.concat([u32(type), length, padded, length]);
}

export const section = (magic = 0x1a2b3c4d, major = 1): Buffer =>
  block(0x0a0d0d0a, Buffer.concat([u32(magic), u16(major), u16(2), i64(-1)]));

/** A text ends with a zero byte, a number has eight bytes; a Buffer is what it is. */
const param = (value: Param): Buffer => {
  if (typeof value === 'string') return Buffer.from(`${value}\0`, 'latin1');
  return Buffer.isBuffer(value) ? value : i64(value);
};

export interface EventParts {
  ns?: number;
  tid?: number;
  cpu?: number;
}

export const START_NS = 1_700_000_000_000_000_000n;

/** @param form of the block: `new` tells how many parameters there are, `old` does not, `large` has lengths of 32 bits */
export function event(
  type: number,
  params: readonly Param[],
  { ns = 0, tid = 100, cpu = 0 }: EventParts = {},
  form: 'new' | 'old' | 'large' = 'new',
): Buffer {
  const bytes = params.map(param);
  const lengths = bytes.map(({ length }) => (form === 'large' ? u32(length) : u16(length)));
  const rest = Buffer.concat([...(form === 'old' ? [] : [u32(bytes.length)]), ...lengths, ...bytes]);
  const head = [u16(cpu), i64(START_NS + BigInt(ns)), i64(tid), u32(22 + rest.length), u16(type)];
  return block({ new: 0x216, old: 0x204, large: 0x221 }[form], Buffer.concat([...head, rest]));
}

export interface ListedParts {
  tid?: number;
  pid: number;
  ppid?: number;
  comm?: string;
  exe?: string;
  exepath?: string;
  args?: readonly string[];
  cwd?: string;
  uid?: number;
  cgroup?: string;
}

/** The list of processes in its version 9. */
export function processes(...list: readonly ListedParts[]): Buffer {
  const entries = list.map(({ pid, tid = pid, ppid = 1, comm = 'sh', exe = comm, uid = 0, ...more }) => {
    const { exepath = `/bin/${comm}`, args = [], cwd = '/', cgroup = '' } = more;
    const body = Buffer.concat([
      ...[tid, pid, ppid, pid, pid].map(i64),
      ...[comm, exe, exepath, args.map((arg) => `${arg}\0`).join(''), cwd].map(text),
      ...[i64(1024), u32(0), u32(uid), u32(uid), u32(0), u32(0), u32(0), i64(0), i64(0), text('')],
      ...[i64(tid), i64(pid), text(cgroup === '' ? '' : `cpu=${cgroup}\0`), text('/')],
    ]);
    return Buffer.concat([u32(body.length + 4), body]);
  });
  return block(0x215, Buffer.concat(entries));
}

/** The files of a process in the list's second version. */
export function files(tid: number, ...list: readonly (readonly [fd: number, name: string])[]): Buffer {
  const entries = list.map(([fd, name]) => {
    const body = Buffer.concat([i64(fd), i64(7), Buffer.from([16]), u32(1), text(name), u32(0)]);
    return Buffer.concat([u32(body.length + 4), body]);
  });
  return block(0x218, Buffer.concat([i64(tid), ...entries]));
}

/** The accounts in the list's second version. */
export function users(...list: readonly (readonly [uid: number, name: string])[]): Buffer {
  const entries = list.map(([uid, name]) => {
    const body = Buffer.concat([
      Buffer.from([0]),
      u32(uid),
      u32(uid),
      text(name),
      text('/'),
      text('/bin/sh'),
    ]);
    return Buffer.concat([u32(body.length + 4), body]);
  });
  return block(0x220, Buffer.concat(entries));
}

export const tcp = (source: readonly [number[], number], target: readonly [number[], number]): Buffer =>
  Buffer.concat([Buffer.from([2, ...source[0]]), u16(source[1]), Buffer.from(target[0]), u16(target[1])]);
