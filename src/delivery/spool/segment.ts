import { type FileHandle, open } from 'node:fs/promises';
import { decodeRecord, nextMarker, type SpoolRecord } from './record.ts';

// A read covers many alerts, or a part of a huge one.
const CHUNK_BYTES = 256 << 10;

export interface Slice {
  readonly records: readonly SpoolRecord[];
  /** Where to read on. */
  readonly end: number;
  /** Bytes that were no record. */
  readonly damaged: number;
}

/** The segment's file name tells the first sequence number in it; padded, so that names sort as numbers do. */
export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(16, '0')}.seg`;
}

/** null for a file that is no segment. */
export function sequenceOf(name: string): number | null {
  return /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : null;
}

/**
 * Records from `at` on, as many as one read holds, at least one unless there is none before `size`. Damaged bytes are
 * stepped over: the gap in the sequence tells how many records they held.
 */
export async function readSlice(file: FileHandle, at: number, size: number): Promise<Slice> {
  let want = CHUNK_BYTES;
  let from = at;
  let damaged = 0;
  while (from < size) {
    const bytes = Buffer.alloc(Math.min(want, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const complete = bytesRead < bytes.length || from + bytesRead >= size;
    const parsed = parse(bytes.subarray(0, bytesRead), complete);
    damaged += parsed.damaged;
    from += parsed.end;
    if (parsed.records.length > 0 || complete) return { records: parsed.records, end: from, damaged };
    want = Math.max(CHUNK_BYTES, parsed.need);
  }
  return { records: [], end: from, damaged };
}

/** @param complete whether nothing follows the bytes: then what does not end in them is damage */
function parse(bytes: Buffer, complete: boolean): Slice & { records: SpoolRecord[]; need: number } {
  const records: SpoolRecord[] = [];
  let damaged = 0;
  let at = 0;
  while (at < bytes.length) {
    const found = decodeRecord(bytes, at);
    if (found.kind === 'need' && !complete) return { records, end: at, damaged, need: found.bytes };
    if (found.kind === 'record') records.push(found.record);
    const next = found.kind === 'record' ? found.end : Math.min(nextMarker(bytes, at), bytes.length);
    if (found.kind !== 'record') damaged += next - at;
    at = next;
  }
  return { records, end: at, damaged, need: 0 };
}

/** The last sequence number in a file, null when it has none, and how many of its bytes are no whole record. */
export async function scanSegment(path: string): Promise<{ last: number | null; damaged: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let last: number | null = null;
    let damaged = 0;
    for (let at = 0; at < size; ) {
      const slice = await readSlice(file, at, size);
      last = slice.records.at(-1)?.sequence ?? last;
      damaged += slice.damaged;
      at = slice.end;
    }
    return { last, damaged };
  } finally {
    await file.close();
  }
}
