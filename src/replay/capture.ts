import type { Block } from './blocks.ts';
import { SECTION } from './blocks.ts';
import { CALLS, TOLD_TWICE } from './calls.ts';
import { isEvents, RecordedEvent } from './event.ts';
import { OPENS, takeCall, takeOpen } from './file-events.ts';
import * as lists from './lists.ts';
import { CLONES, EXECS, PROCESS_END, takeClone, takeEnd, takeExec, writeTask } from './process-events.ts';
import type { Processes, RecordedProcess } from './processes.ts';
import { Scene } from './scene.ts';
import { SOCKET_CALLS, takeSocketCall } from './socket-events.ts';

/** A second before the first event, so that no time of the recording is 0, which stands for none. */
const LEAD_NS = 1_000_000_000n;
/** What an event may keep until its call ends. */
const MAX_BEGIN_BYTES = 4096;
const MAX_BEGINS = 1 << 16;
const MACHINE = 0x201;
const INTERFACES: ReadonlySet<number> = new Set([0x205, 0x219]);

export interface CaptureStats {
  /** Events of the file: calls have one where they end, and in older files one where they begin. */
  events: number;
  /** Of those, ones that became records. */
  records: number;
  /** Blocks that made no sense. */
  broken: number;
  /** Events by PPME number of the ones no record is made of: where calls end, and others that are no call. */
  readonly skippedEvents: Map<number, number>;
  /** Blocks by type that are not known, or of a form too old. */
  readonly skippedBlocks: Map<number, number>;
}

/** A recording: blocks in, records out. Also the facts that live events leave to /proc. */
export class Capture {
  readonly stats: CaptureStats = {
    ...{ events: 0, records: 0, broken: 0 },
    skippedEvents: new Map(),
    skippedBlocks: new Map(),
  };
  readonly accounts: lists.Accounts = { users: new Map(), groups: new Map() };
  readonly #scene = new Scene();
  /** Where calls began, by thread. */
  readonly #begins = new Map<number, RecordedEvent>();

  /** Each record lies at its start. */
  get memory(): Uint8Array {
    return this.#scene.writer.memory;
  }

  get processes(): Pick<Processes, 'byPid' | 'pids' | 'cgroupId'> {
    return this.#scene.processes;
  }

  /** Wall-clock time, ns since the epoch, of a record's time. */
  wallNs(recordNs: bigint): bigint {
    return this.#scene.baseNs + recordNs;
  }

  /** @param onRecord called for every record, at most once for an event, with its length in bytes */
  take(block: Block, onRecord: (length: number) => void): void {
    const { type, body } = block;
    const processList = lists.PROCESS_LISTS.get(type);
    if (isEvents(block)) this.#takeEvent(block, onRecord);
    else if (processList !== undefined) {
      this.#check(lists.readProcesses(body, processList, (thread) => this.#takeThread(thread, onRecord)));
    } else if (type === lists.DESCRIPTORS_V1 || type === lists.DESCRIPTORS_V2) {
      this.#check(this.#takeDescriptors(body, type === lists.DESCRIPTORS_V2));
    } else if (type === lists.USERS_V1 || type === lists.USERS_V2) {
      this.#check(lists.readAccounts(body, type === lists.USERS_V2, this.accounts));
    } else if (type !== SECTION && type !== MACHINE && !INTERFACES.has(type)) {
      count(this.stats.skippedBlocks, type);
    }
  }

  #check(whole: boolean): void {
    if (!whole) this.stats.broken++;
  }

  #takeThread({ tid, process }: lists.ListedThread, onRecord: (length: number) => void): void {
    const { processes } = this.#scene;
    processes.addThread(tid, process.pid);
    if (tid === process.pid) {
      processes.put(process);
      onRecord(writeTask(this.#scene, process));
    }
  }

  #takeDescriptors(body: Buffer, isV2: boolean): boolean {
    const { processes } = this.#scene;
    return lists.readDescriptors(body, isV2, (tid, fd, descriptor) => {
      const process: RecordedProcess | null = processes.byTid(tid);
      if (process !== null) processes.setDescriptor(process, fd, descriptor);
    });
  }

  #takeEvent(block: Block, onRecord: (length: number) => void): void {
    const event = RecordedEvent.read(block);
    if (event === null) {
      this.stats.broken++;
      return;
    }
    this.stats.events++;
    if (this.#scene.baseNs === 0n) this.#scene.baseNs = event.wallNs - LEAD_NS;
    // Some writers put events of several processors out of order; a time before the first one has none.
    if (event.wallNs < this.#scene.baseNs) {
      this.stats.broken++;
      return;
    }
    if (event.type % 2 === 0 && event.type !== PROCESS_END) {
      this.#begin(event);
      return;
    }
    const begin = this.#begins.get(event.tid) ?? null;
    if (begin !== null) this.#begins.delete(event.tid);
    const length = this.#convert(event, begin?.type === event.type - 1 ? begin : null);
    if (length === 0) return;
    this.stats.records++;
    onRecord(length);
  }

  #begin(event: RecordedEvent): void {
    if (!isConverted(event.type + 1)) {
      this.#begins.delete(event.tid);
      return;
    }
    if (event.size > MAX_BEGIN_BYTES || this.#begins.size >= MAX_BEGINS) return;
    this.#begins.set(event.tid, event.copy());
  }

  /** @returns bytes of the record; 0 for none */
  #convert(event: RecordedEvent, begin: RecordedEvent | null): number {
    const scene = this.#scene;
    const { type } = event;
    if (EXECS.has(type)) return takeExec(scene, event, begin);
    if (CLONES.has(type)) return takeClone(scene, event);
    if (type === PROCESS_END) return takeEnd(scene, event);
    const whole =
      begin === null || event.count >= (FULL.get(type) ?? 0)
        ? event
        : event.joined(begin, TOLD_TWICE.get(type) ?? []);
    if (OPENS.has(type)) return takeOpen(scene, whole);
    if (CALLS.has(type)) return takeCall(scene, whole);
    if (SOCKET_CALLS.has(type)) return takeSocketCall(scene, whole);
    count(this.stats.skippedEvents, type);
    return 0;
  }
}

/** Parameters where a call ends that need nothing of where it began. */
const FULL: ReadonlyMap<number, number> = new Map([
  ...[...CALLS].map(([type, { params }]) => [type, params.length + 1] as const),
  ...[...OPENS].map(([type, at]) => [type, Math.max(at.mode, at.ino) + 1] as const),
  ...[...SOCKET_CALLS].map(([type, at]) => [type, Math.max(at.fd, at.tuple, at.data, at.size) + 1] as const),
  [19, 4],
]);

const isConverted = (type: number): boolean => FULL.has(type) || EXECS.has(type);

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
