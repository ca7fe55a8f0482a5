import * as abi from '../schema/record.generated.ts';
import type { RecordedProcess } from './processes.ts';
import type { End } from './sockets.ts';

/** Builds one record at a time in the form of bpf/abi/event.h, always at the start of `memory`. */

export interface Head {
  readonly type: number;
  readonly tsNs: number;
  readonly tid: number;
  readonly pid: number;
  readonly process: RecordedProcess | null;
  readonly cgroup: number;
  readonly cpu: number;
  readonly ret: number;
  readonly flags?: number;
}

const SHAPES = {
  [abi.LAYOUT_OPEN]: [abi.SIZE_OPEN, abi.AT_OPEN_STR],
  [abi.LAYOUT_EXEC]: [abi.SIZE_EXEC, abi.AT_EXEC_STR],
  [abi.LAYOUT_EXEC_FAILED]: [abi.SIZE_EXEC_FAILED, abi.AT_EXEC_FAILED_STR],
  [abi.LAYOUT_FORK]: [abi.SIZE_FORK, abi.SIZE_FORK],
  [abi.LAYOUT_EXIT]: [abi.SIZE_EXIT, abi.SIZE_EXIT],
  [abi.LAYOUT_CALL]: [abi.SIZE_CALL, abi.AT_CALL_STR],
  [abi.LAYOUT_SOCKET]: [abi.SIZE_SOCKET, abi.AT_SOCKET_STR],
} as const;

export type Layout = keyof typeof SHAPES;

/** The largest record: seven texts of 4 KiB behind the biggest layout. */
const MEMORY = 32 << 10;

export class RecordWriter {
  readonly memory = new Uint8Array(MEMORY);
  readonly #bytes = Buffer.from(this.memory.buffer);
  readonly #view = new DataView(this.memory.buffer);

  /** @returns bytes of the record; numbers other than those of the header are 0 until they are set */
  write(layout: Layout, head: Head, texts: readonly (string | Uint8Array)[]): number {
    const [size, cellsAt] = SHAPES[layout];
    this.#bytes.fill(0, 0, size);
    this.#header(layout, head, texts.length);
    let at: number = size;
    for (const [i, text] of texts.entries()) {
      const raw = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
      const length = Math.min(raw.length, abi.STR_MAX);
      const cell = cellsAt + i * abi.SIZE_STR;
      const end = at + ((length + 7) & ~7);
      this.#view.setUint16(cell + abi.AT_STR_OFF, at, true);
      this.#view.setUint16(cell + abi.AT_STR_LEN, length, true);
      this.#bytes.fill(0, at, end);
      this.#bytes.set(raw.subarray(0, length), at);
      at = end;
    }
    this.u32(abi.AT_HEADER_LEN, at);
    return at;
  }

  #header(layout: Layout, head: Head, texts: number): void {
    const { process } = head;
    const view = this.#view;
    view.setUint16(abi.AT_HEADER_TYPE, head.type, true);
    view.setUint8(abi.AT_HEADER_LAYOUT, layout);
    view.setUint8(abi.AT_HEADER_NSTR, texts);
    this.u64(abi.AT_HEADER_TS, BigInt(head.tsNs));
    this.u64(abi.AT_HEADER_CGROUP_ID, BigInt(head.cgroup));
    this.u64(abi.AT_HEADER_START, BigInt(process?.startNs ?? 0));
    this.u32(abi.AT_HEADER_PID, head.pid);
    this.u32(abi.AT_HEADER_TID, head.tid);
    this.u32(abi.AT_HEADER_UID, process?.uid ?? 0);
    this.u32(abi.AT_HEADER_GID, process?.gid ?? 0);
    this.u64(abi.AT_HEADER_RET, BigInt(head.ret));
    this.u32(abi.AT_HEADER_FLAGS, head.flags ?? 0);
    this.u32(abi.AT_HEADER_CPU, head.cpu);
    const comm = Buffer.from(process?.comm ?? '', 'latin1').subarray(0, abi.COMM_LEN);
    this.#bytes.set(comm, abi.AT_HEADER_COMM);
  }

  u32(at: number, value: number): void {
    this.#view.setUint32(at, value >>> 0, true);
  }

  u64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  end(addressAt: number, portAt: number, { address, port }: End): void {
    this.#bytes.set(address, addressAt);
    this.u32(portAt, port);
  }
}
