import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';

const typeNames = abi.TYPE_NAMES.map((name) => new Interned(name));

/** What of an event the record itself tells. */
export class RecordView {
  readonly record: EventRecord;

  constructor(record: EventRecord) {
    this.record = record;
  }

  /** CPU that the event happened on. */
  get cpu(): number {
    return this.record.cpu;
  }
  get comm(): Interned {
    return this.record.comm;
  }
  get pid(): number {
    return this.record.pid;
  }
  get tid(): number {
    return this.record.tid;
  }
  get uid(): number {
    return this.record.uid;
  }
  get gid(): number {
    return this.record.gid;
  }
  get ret(): number {
    return this.record.ret;
  }
  get typeName(): Interned {
    return typeNames[this.record.type] ?? EMPTY;
  }
  get isOpen(): boolean {
    return this.record.layout === abi.LAYOUT_OPEN;
  }
  get isExec(): boolean {
    return this.record.layout === abi.LAYOUT_EXEC || this.record.layout === abi.LAYOUT_EXEC_FAILED;
  }
  /** Whether no system call made the event: a process ended, or something happened to a thread. */
  get isNoCall(): boolean {
    return this.record.layout === abi.LAYOUT_EXIT || this.isMoment;
  }
  get isMoment(): boolean {
    return this.record.layout === abi.LAYOUT_MOMENT;
  }
  get isFork(): boolean {
    return this.record.layout === abi.LAYOUT_FORK;
  }
  get isCall(): boolean {
    return this.record.layout === abi.LAYOUT_CALL;
  }
  get isSocket(): boolean {
    return this.record.layout === abi.LAYOUT_SOCKET;
  }

  /** O_* bits of the kernel. */
  get openFlags(): number {
    return this.record.open.openFlags;
  }
  get openMode(): number {
    return this.record.open.mode;
  }
  get dirfd(): number {
    return this.record.open.dirfd;
  }
  /** st_mode of the opened file, 0 when it is not known. */
  get fileMode(): number {
    return this.isOpen ? this.record.open.fileMode : 0;
  }
  get fileDev(): number {
    return this.record.open.dev;
  }
  get fileIno(): bigint {
    return this.record.open.ino;
  }
  get fileCreated(): boolean {
    return (this.record.flags & abi.FLAG_CREATED) !== 0;
  }
  get fdUnknown(): boolean {
    return (this.record.flags & abi.FLAG_FD_UNKNOWN) !== 0;
  }
  /** wait(2) status of an ended process. */
  get exitStatus(): number {
    return this.record.exit.status;
  }
}
