import { createReadStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The frame of a capture file: blocks of type, length, body and the length again, all little-endian. */

/** Something is wrong with the file itself; `message` says what, and where. */
export class CaptureError extends Error {}

export interface Block {
  readonly type: number;
  readonly body: Buffer;
  /** Of the block in the file, or in what gzip holds. */
  readonly offset: number;
}

export const SECTION = 0x0a0d0d0a;
const MAGIC = 0x1a2b3c4d;
const SWAPPED_MAGIC = 0x4d3c2b1a;
const MAJOR = 1;
/** Type and length before the body, the length again behind it. */
const HEAD = 8;
const FRAME = HEAD + 4;
/** The list of processes of a big machine has some MiB; what claims more is no capture, and memory stays bounded. */
const MAX_BLOCK = 64 << 20;
const GZIP = 0x8b1f;

/**
 * The blocks of a file one after another, the section header included.
 * @throws CaptureError at the place where the file stops making sense; the blocks before it were given out
 */
export async function* readBlocks(path: string): AsyncGenerator<Block> {
  let pending: Buffer[] = [];
  let have = 0;
  let need = HEAD;
  let offset = 0;
  for await (const chunk of open(path)) {
    pending.push(chunk);
    have += chunk.length;
    if (have < need) continue;
    let bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
    while (bytes.length >= HEAD) {
      need = lengthOf(bytes, offset);
      if (bytes.length < need) break;
      yield blockOf(bytes.subarray(0, need), offset);
      bytes = bytes.subarray(need);
      offset += need;
      need = HEAD;
    }
    pending = [bytes];
    have = bytes.length;
  }
  if (offset === 0 && have === 0) throw new CaptureError('the file is empty');
  if (have > 0) throw new CaptureError(`the file ends in the middle of a block, at byte ${offset}`);
}

/** The file's bytes, unpacked. Errors of the disk and of gzip become sentences. */
async function* open(path: string): AsyncGenerator<Buffer> {
  try {
    const fd = openSync(path, 'r');
    const start = Buffer.alloc(2);
    const packed = readSync(fd, start, 0, 2, 0) === 2 && start.readUInt16LE() === GZIP;
    const raw = createReadStream(path, { fd, start: 0 });
    if (!packed) {
      yield* raw as AsyncIterable<Buffer>;
      return;
    }
    const unpacked: Readable = createGunzip();
    raw.on('error', (error) => unpacked.destroy(error));
    raw.pipe(unpacked as ReturnType<typeof createGunzip>);
    yield* unpacked as AsyncIterable<Buffer>;
  } catch (error) {
    throw new CaptureError((error as Error).message);
  }
}

/** Bytes of the whole block that begins here. */
function lengthOf(bytes: Buffer, offset: number): number {
  const type = bytes.readUInt32LE(0);
  if (offset === 0 && type !== SECTION)
    throw new CaptureError('not a capture file: it has no section header');
  const length = bytes.readUInt32LE(4);
  if (length < FRAME || length > MAX_BLOCK)
    throw new CaptureError(`the block at byte ${offset} says it has ${length} bytes`);
  return length;
}

function blockOf(bytes: Buffer, offset: number): Block {
  const type = bytes.readUInt32LE(0);
  if (bytes.readUInt32LE(bytes.length - 4) !== bytes.length)
    throw new CaptureError(`the block at byte ${offset} tells two lengths`);
  const body = bytes.subarray(HEAD, bytes.length - 4);
  if (type === SECTION) checkSection(body);
  return { type, body, offset };
}

function checkSection(body: Buffer): void {
  const magic = body.length < 8 ? 0 : body.readUInt32LE(0);
  if (magic === SWAPPED_MAGIC) throw new CaptureError('recorded on a big-endian machine, which is not read');
  if (magic !== MAGIC) throw new CaptureError('not a capture file: its section header is wrong');
  const major = body.readUInt16LE(4);
  if (major !== MAJOR) throw new CaptureError(`version ${major} of the format is not known, only ${MAJOR}`);
}
