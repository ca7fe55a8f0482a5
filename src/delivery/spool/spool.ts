import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { Acknowledged } from './acknowledged.ts';
import { makeFolder } from './folder.ts';
import { lockFolder } from './lock.ts';
import { encodeRecord, type SpoolRecord } from './record.ts';
import { readSlice, scanSegment, segmentName, sequenceOf } from './segment.ts';

export interface SpoolOptions {
  /** A folder for this spool alone; it is made when missing. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Records older than this are not delivered any more, ms; 0 for no bound. */
  readonly maxAgeMs: number;
  /** Records are on the disk itself at most so long after they were appended, ms; 0 for before append() returns. */
  readonly syncMs: number;
}

/** Records that nobody will deliver any more, by reason. */
export interface SpoolLosses {
  /** The oldest gave way to newer ones. */
  readonly size: number;
  readonly age: number;
  /** The disk did not give back what was written. */
  readonly damage: number;
}

interface Segment {
  readonly path: string;
  readonly first: number;
  last: number;
  bytes: number;
}

// Small enough that dropping the oldest one is a small loss, large enough that files are few.
const MAX_SEGMENT_BYTES = 4 << 20;
const MIN_SEGMENTS = 8;
// Before this the clock was not set; the age of such a record is unknown.
const CLOCK_SET_MS = Date.UTC(2020, 0);

/**
 * A queue on the disk: records are appended to segment files and read back in order, until they are acknowledged. A
 * process may be killed at any moment; what was appended is there when the folder is opened again.
 *
 *   [ 0000000000000001.seg ][ 0000000000000913.seg ][ …1820.seg ◀─ append
 *                              ▲ acknowledged   ▲ read
 *
 * Methods may reject with errors of node:fs; the spool stays usable. Calls are carried out one after another.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #lock: { release(): void };
  readonly #acknowledged: Acknowledged;
  #segments: Segment[];
  #writer: FileHandle | null = null;
  #reader: { readonly segment: Segment; readonly file: FileHandle; at: number } | null = null;
  #next: number;
  /** The last sequence number that was read or is known not to come. */
  #read: number;
  #syncing: NodeJS.Timeout | null = null;
  /** Why records appended before may not be on the disk: the kernel tells that once, and never to a write. */
  #unsafe: { readonly error: unknown } | null = null;
  #work: Promise<unknown> = Promise.resolve();
  #lost = { size: 0, age: 0, damage: 0 };
  /** Bytes at the end that a crash left unfinished. */
  readonly tornBytes: number;

  private constructor(
    options: SpoolOptions,
    lock: { release(): void },
    acknowledged: Acknowledged,
    found: { segments: Segment[]; next: number; torn: number },
  ) {
    this.#options = options;
    this.#lock = lock;
    this.#acknowledged = acknowledged;
    this.#segments = found.segments;
    this.#next = found.next;
    this.tornBytes = found.torn;
    this.#read = Math.max(acknowledged.sequence, (found.segments[0]?.first ?? found.next) - 1);
  }

  static async open(options: SpoolOptions): Promise<Spool> {
    await makeFolder(options.folder);
    const lock = await lockFolder(options.folder);
    try {
      const acknowledged = await Acknowledged.open(`${options.folder}/acknowledged`);
      return new Spool(options, lock, acknowledged, await find(options.folder, acknowledged.sequence));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get lost(): SpoolLosses {
    return this.#lost;
  }

  /** Records that are neither acknowledged nor lost. */
  get pending(): number {
    return this.#next - 1 - this.#settled();
  }

  /** The last sequence number of which everything before is delivered or lost. */
  #settled(): number {
    const first = this.#segments[0]?.first ?? this.#next;
    return Math.max(this.#acknowledged.sequence, first - 1);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, s) => sum + s.bytes, 0);
  }

  /** All of the payloads or, when it rejects, none. */
  append(payloads: readonly Uint8Array[], nowMs = Date.now()): Promise<void> {
    return this.#inTurn(() => this.#append(payloads, nowMs));
  }

  /** The next records, some hundred KiB at most but at least one; none when all were read. */
  read(nowMs = Date.now()): Promise<SpoolRecord[]> {
    return this.#inTurn(() => this.#readFresh(nowMs));
  }

  /** Everything up to this sequence number is delivered; segments that held nothing else are removed. */
  acknowledge(sequence: number): Promise<void> {
    return this.#inTurn(() => this.#acknowledge(sequence));
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#close());
  }

  /** Whether a record waited for longer than it may. */
  isOld({ timeMs }: SpoolRecord, nowMs: number): boolean {
    const { maxAgeMs } = this.#options;
    return maxAgeMs > 0 && timeMs > CLOCK_SET_MS && nowMs - timeMs > maxAgeMs;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => {});
    return result;
  }

  async #append(payloads: readonly Uint8Array[], nowMs: number): Promise<void> {
    const unsafe = this.#unsafe;
    this.#unsafe = null;
    if (unsafe !== null) throw unsafe.error;
    let sequence = this.#next;
    const records = payloads.map((payload) => encodeRecord({ sequence: sequence++, timeMs: nowMs, payload }));
    const bytes = Buffer.concat(records);
    await this.#makeRoom(bytes.length);
    const { segment, file } = await this.#segmentFor(bytes.length);
    // At the end that counts, not at the end of the file: a part of an append that failed is written over.
    for (let at = 0; at < bytes.length; )
      at += (await file.write(bytes, at, bytes.length - at, segment.bytes + at)).bytesWritten;
    if (this.#options.syncMs === 0) await file.datasync();
    segment.bytes += bytes.length;
    segment.last = sequence - 1;
    this.#next = sequence;
    if (this.#options.syncMs > 0) this.#syncSoon(file);
  }

  async #readFresh(nowMs: number): Promise<SpoolRecord[]> {
    for (;;) {
      const segment = this.#segments.find((s) => s.last > this.#read);
      if (segment === undefined) return [];
      const settled = this.#read <= this.#settled();
      const records = await this.#readFrom(segment);
      const fresh = records.filter((r) => !this.isOld(r, nowMs));
      this.#lost.age += records.length - fresh.length;
      if (fresh.length > 0) return fresh;
      // Nobody will deliver these; they must not wait for others to be acknowledged.
      if (settled) await this.#acknowledge(this.#read);
    }
  }

  async #acknowledge(sequence: number): Promise<void> {
    if (sequence <= this.#acknowledged.sequence) return;
    await this.#acknowledged.write(sequence);
    while (this.#segments.length > 1 && (this.#segments[0]?.last ?? sequence) <= sequence)
      await this.#remove(this.#segments[0]!);
  }

  async #close(): Promise<void> {
    await this.#finishWriter();
    await this.#reader?.file.close();
    const done = this.#segments.filter((s) => s.last <= this.#acknowledged.sequence);
    for (const segment of done) await unlink(segment.path);
    await this.#acknowledged.close();
    this.#lock.release();
  }

  async #readFrom(segment: Segment): Promise<SpoolRecord[]> {
    if (this.#reader?.segment !== segment) {
      await this.#reader?.file.close();
      this.#reader = { segment, file: await open(segment.path, 'r'), at: 0 };
    }
    const reader = this.#reader;
    const slice = await readSlice(reader.file, reader.at, segment.bytes);
    reader.at = slice.end;
    const records = slice.records.filter((r) => r.sequence > this.#read);
    for (const { sequence } of records) this.#readTo(sequence);
    // Nothing whole is left in this segment, although there should be.
    if (slice.end >= segment.bytes && this.#read < segment.last) this.#readTo(segment.last + 1, true);
    return records;
  }

  /** A gap before `sequence` is what a damaged stretch held. */
  #readTo(sequence: number, exclusive = false): void {
    this.#lost.damage += sequence - this.#read - 1;
    this.#read = exclusive ? sequence - 1 : sequence;
  }

  /** The oldest segments go until `bytes` more fit. */
  async #makeRoom(bytes: number): Promise<void> {
    while (this.#segments.length > 0 && this.bytes + bytes > this.#options.maxBytes) {
      const [oldest] = this.#segments as [Segment, ...Segment[]];
      const kept = Math.max(this.#read, oldest.first - 1);
      if (oldest.last > kept) {
        this.#lost.size += oldest.last - kept;
        this.#read = oldest.last;
      }
      await this.#remove(oldest);
    }
  }

  async #segmentFor(bytes: number): Promise<{ segment: Segment; file: FileHandle }> {
    const most = Math.min(MAX_SEGMENT_BYTES, this.#options.maxBytes / MIN_SEGMENTS);
    const last = this.#segments.at(-1);
    if (this.#writer !== null && last !== undefined && last.bytes + bytes <= most)
      return { segment: last, file: this.#writer };
    const path = `${this.#options.folder}/${segmentName(this.#next)}`;
    const file = await open(path, 'w', 0o600);
    await this.#finishWriter();
    await syncFolder(this.#options.folder);
    const segment = { path, first: this.#next, last: this.#next - 1, bytes: 0 };
    this.#segments.push(segment);
    this.#writer = file;
    return { segment, file };
  }

  async #finishWriter(): Promise<void> {
    const file = this.#writer;
    this.#writer = null;
    if (this.#syncing !== null) clearTimeout(this.#syncing);
    this.#syncing = null;
    await file?.datasync().catch((error) => {
      this.#unsafe = { error };
    });
    await file?.close();
  }

  async #remove(segment: Segment): Promise<void> {
    if (segment === this.#segments.at(-1)) await this.#finishWriter();
    if (this.#reader?.segment === segment) {
      await this.#reader.file.close();
      this.#reader = null;
    }
    this.#segments = this.#segments.filter((s) => s !== segment);
    await unlink(segment.path);
  }

  #syncSoon(file: FileHandle): void {
    this.#syncing ??= setTimeout(() => {
      this.#syncing = null;
      file.datasync().catch((error) => {
        this.#unsafe = { error };
      });
    }, this.#options.syncMs).unref();
  }
}

/** What an earlier process left. New records go to a new segment, so that a torn end stays where it is. */
async function find(
  folder: string,
  acknowledged: number,
): Promise<{ segments: Segment[]; next: number; torn: number }> {
  const names = (await readdir(folder)).filter((name) => sequenceOf(name) !== null).sort();
  const firsts = names.map((name) => sequenceOf(name) ?? 0);
  const segments: Segment[] = [];
  let torn = 0;
  for (const [i, name] of names.entries()) {
    const path = `${folder}/${name}`;
    const first = firsts[i]!;
    const { size } = await stat(path);
    let last = (firsts[i + 1] ?? 0) - 1;
    if (i === names.length - 1) {
      const scan = await scanSegment(path);
      torn = scan.damaged;
      last = scan.last ?? first - 1;
    }
    segments.push({ path, first, last, bytes: size });
  }
  const next = Math.max(acknowledged, segments.at(-1)?.last ?? 0, (firsts.at(-1) ?? 1) - 1) + 1;
  const needed = segments.filter((s) => s.last > acknowledged && s.last >= s.first);
  for (const segment of segments) if (!needed.includes(segment)) await unlink(segment.path);
  return { segments: needed, next, torn };
}

/** A new name is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
