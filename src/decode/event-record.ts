import type { Interned } from '../base/interning.ts';
import * as r from '../schema/record.generated.ts';
import { CallFields, SocketFields } from './call-layouts.ts';
import { Cursor } from './cursor.ts';
import { ExecFailedFields, ExecFields, ExitFields, ForkFields, MomentFields, OpenFields } from './layouts.ts';

interface Shape {
  readonly sizeBytes: number;
  readonly cellsAt: number;
  readonly cells: number;
}

/** By layout number. A layout without strings has no cells. */
const SHAPES: readonly (Shape | undefined)[] = [
  undefined,
  { sizeBytes: r.SIZE_OPEN, cellsAt: r.AT_OPEN_STR, cells: r.OPEN_NSTR },
  { sizeBytes: r.SIZE_EXEC, cellsAt: r.AT_EXEC_STR, cells: r.EXEC_NSTR },
  { sizeBytes: r.SIZE_EXEC_FAILED, cellsAt: r.AT_EXEC_FAILED_STR, cells: r.EXEC_FAILED_NSTR },
  { sizeBytes: r.SIZE_FORK, cellsAt: r.SIZE_FORK, cells: 0 },
  { sizeBytes: r.SIZE_EXIT, cellsAt: r.SIZE_EXIT, cells: 0 },
  { sizeBytes: r.SIZE_CALL, cellsAt: r.AT_CALL_STR, cells: r.CALL_NSTR },
  { sizeBytes: r.SIZE_SOCKET, cellsAt: r.AT_SOCKET_STR, cells: r.SOCKET_NSTR },
  { sizeBytes: r.SIZE_MOMENT, cellsAt: r.SIZE_MOMENT, cells: 0 },
];

/** A view over one record at a time. `layout` says which of the field groups means something. */
export class EventRecord {
  readonly #c: Cursor;
  readonly open: OpenFields;
  readonly exec: ExecFields;
  readonly execFailed: ExecFailedFields;
  readonly fork: ForkFields;
  readonly exit: ExitFields;
  readonly call: CallFields;
  readonly socket: SocketFields;
  readonly moment: MomentFields;

  /** @param memory where records lie, 8-byte aligned */
  constructor(memory: Uint8Array) {
    this.#c = new Cursor(memory);
    this.open = new OpenFields(this.#c);
    this.exec = new ExecFields(this.#c);
    this.execFailed = new ExecFailedFields(this.#c);
    this.fork = new ForkFields(this.#c);
    this.exit = new ExitFields(this.#c);
    this.call = new CallFields(this.#c);
    this.socket = new SocketFields(this.#c);
    this.moment = new MomentFields(this.#c);
  }

  /**
   * Moves the view. False if the bytes are not a whole, well-formed record; then nothing may be read. After true no
   * getter can leave the record.
   */
  at(offset: number, length: number): boolean {
    const c = this.#c;
    if (length < r.SIZE_HEADER || ((offset | length) & 7) !== 0) return false;
    if (offset < 0 || offset + length > c.sizeBytes) return false;
    c.base = offset;
    if (c.u32(r.AT_HEADER_LEN) !== length || this.type === 0 || this.type >= r.TYPE_MAX) return false;
    const shape = SHAPES[this.layout];
    if (shape === undefined || length < shape.sizeBytes || c.u8(r.AT_HEADER_NSTR) !== shape.cells)
      return false;
    return c.cellsWithin(shape.cellsAt, shape.cells, shape.sizeBytes, length);
  }

  /** TYPE_* of the schema. */
  get type(): number {
    return this.#c.u16(r.AT_HEADER_TYPE);
  }
  /** evt.type. */
  get typeName(): string {
    return r.TYPE_NAMES[this.type]!;
  }
  /** LAYOUT_* of the schema. */
  get layout(): number {
    return this.#c.u8(r.AT_HEADER_LAYOUT);
  }
  /** CLOCK_BOOTTIME in ns as two halves, for those who must not allocate. */
  get tsLow(): number {
    return this.#c.u32(r.AT_HEADER_TS);
  }
  get tsHigh(): number {
    return this.#c.u32(r.AT_HEADER_TS + 4);
  }
  get ts(): bigint {
    return this.#c.big(r.AT_HEADER_TS);
  }
  get cgroupId(): bigint {
    return this.#c.big(r.AT_HEADER_CGROUP_ID);
  }
  /** The same without an allocation. Exact below 2^53: ids of 64-bit kernels count up from 1. */
  get cgroupNumber(): number {
    return this.#c.u64(r.AT_HEADER_CGROUP_ID);
  }
  /** Start of the process, ns since boot; with pid the key of a process. */
  get startNs(): number {
    return this.#c.u64(r.AT_HEADER_START);
  }
  get pid(): number {
    return this.#c.u32(r.AT_HEADER_PID);
  }
  get tid(): number {
    return this.#c.u32(r.AT_HEADER_TID);
  }
  /** Effective ids, initial user namespace. */
  get uid(): number {
    return this.#c.u32(r.AT_HEADER_UID);
  }
  get gid(): number {
    return this.#c.u32(r.AT_HEADER_GID);
  }
  /** Result, or -errno. */
  get ret(): number {
    return this.#c.i64(r.AT_HEADER_RET);
  }
  /** FLAG_* of the schema. */
  get flags(): number {
    return this.#c.u32(r.AT_HEADER_FLAGS);
  }
  /** CPU that the operation ended on. */
  get cpu(): number {
    return this.#c.u32(r.AT_HEADER_CPU);
  }
  get comm(): Interned {
    return this.#c.name(r.AT_HEADER_COMM, r.COMM_LEN);
  }
}
