import { write } from 'node:fs';
import { promisify } from 'node:util';
import { errorName } from './errno.ts';
import type { Sent } from './sink.ts';

const writeBytes = promisify(write);

/**
 * Appends whole records to a descriptor. Writing happens in Node's thread pool, so a blocking descriptor holds up
 * nobody else; after a short write (full disk, full pipe) the next call goes on at the byte where this one stopped.
 */
export class LineWriter {
  /** Bytes of the first record that already stand in the file. */
  #written = 0;

  async append(fd: number, records: readonly Uint8Array[]): Promise<Sent> {
    const bytes = Buffer.concat(records);
    let at = this.#written;
    let error: string | null = null;
    try {
      while (at < bytes.length) at += (await writeBytes(fd, bytes, at)).bytesWritten;
    } catch (cause) {
      error = errorName(cause);
    }
    let done = 0;
    let end = 0;
    for (let next = records[0]; next !== undefined && end + next.length <= at; next = records[done]) {
      end += next.length;
      done++;
    }
    this.#written = at - end;
    return { done, error, busy: error === 'EAGAIN' };
  }

  /** The destination is another one: the record begun in the old one is written anew. */
  restart(): void {
    this.#written = 0;
  }
}
