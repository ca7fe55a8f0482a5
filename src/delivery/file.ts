import { close, closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Alert } from '../base/alert.ts';
import { errorName } from './errno.ts';
import { alertLine } from './line.ts';
import { LineWriter } from './line-writer.ts';
import type { Channel, Sent } from './sink.ts';

export interface FileOptions {
  readonly filename: string;
  /** Keep the file open between batches; otherwise it is opened for each. */
  readonly keepAlive: boolean;
  readonly json: boolean;
}

// Readable for root and its group, not for the world: command lines hold secrets.
const MODE = 0o640;
// NOFOLLOW: nobody who may write into the directory redirects root's writes. NONBLOCK: a FIFO without reader gives
// an error instead of a hang.
const FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** One line per alert, appended. A full disk or a missing directory is tried again until it is mended. */
export function fileChannel(options: FileOptions): Channel {
  return new FileChannel(options);
}

class FileChannel implements Channel {
  readonly name = 'file';
  readonly #options: FileOptions;
  readonly #writer = new LineWriter();
  #fd = -1;
  #file = '';
  #sending = false;
  #letGo = false;

  constructor(options: FileOptions) {
    this.#options = options;
  }

  encode(alert: Alert): Uint8Array {
    return Buffer.from(`${alertLine(alert, this.#options.json)}\n`);
  }

  open(): string | null {
    if (this.#fd >= 0) return null;
    try {
      this.#open();
      return null;
    } catch (error) {
      return `${this.#options.filename}: ${errorName(error)}`;
    }
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    if (this.#letGo) this.#close();
    const error = this.open();
    if (error !== null) return { done: 0, error };
    this.#sending = true;
    const sent = await this.#writer.append(this.#fd, records);
    this.#sending = false;
    if (!this.#options.keepAlive || this.#letGo) this.#close();
    return sent.error === null ? sent : { ...sent, error: `${this.#options.filename}: ${sent.error}` };
  }

  reopen(): void {
    this.#letGo = true;
    if (!this.#sending) this.#close();
  }

  close(): void {
    this.reopen();
  }

  #open(): void {
    const fd = openSync(this.#options.filename, FLAGS, MODE);
    try {
      const stat = fstatSync(fd);
      const file = `${stat.dev}:${stat.ino}`;
      if (file !== this.#file) {
        this.#writer.restart();
        if (stat.isFile() && endsMidLine(fd, stat.size)) writeSync(fd, '\n');
      }
      this.#file = file;
      this.#fd = fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #close(): void {
    this.#letGo = false;
    if (this.#fd < 0) return;
    // Closing may wait for the disk (NFS); nothing depends on its result.
    close(this.#fd, () => {});
    this.#fd = -1;
  }
}

/** A process that was killed while writing leaves half a line; the next alert must not continue it. */
function endsMidLine(fd: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const reader = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY);
  try {
    return readSync(reader, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
  } finally {
    closeSync(reader);
  }
}
