import { close, constants, fdatasync, fstat, open, read, stat, write } from 'node:fs';
import { promisify } from 'node:util';
import type { Alert } from '../base/alert.ts';
import { errorName, inWords } from './errno.ts';
import { alertLine } from './line.ts';
import { LineWriter } from './line-writer.ts';
import type { Channel, Sent } from './sink.ts';

export interface FileOptions {
  readonly filename: string;
  /** Keep the file open between batches; otherwise it is opened for each. */
  readonly keepAlive: boolean;
  readonly json: boolean;
  /** When alerts are to be on the disk itself: when the kernel thinks fit, within a second, or before the next batch. */
  readonly fsync: 'never' | 'second' | 'batch';
}

// Readable for root and its group, not for the world: command lines hold secrets.
const MODE = 0o640;
// NOFOLLOW: nobody who may write into the directory redirects root's writes. NONBLOCK: a FIFO without reader gives
// an error instead of a hang.
const FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const SYNC_MS = 1000;
// A file that was moved or removed without SIGUSR1 is noticed after this.
const LOOK_MS = 1000;

// In Node's thread pool: a file system that hangs holds up this output and nothing else.
const calls = {
  open: promisify(open),
  close: promisify(close),
  fstat: promisify(fstat),
  stat: promisify(stat),
  read: promisify(read),
  write: promisify(write),
  sync: promisify(fdatasync),
};

/** One line per alert, appended. A full disk or a missing directory is tried again until it is mended. */
export function fileChannel(options: FileOptions): Channel {
  return new FileChannel(options);
}

interface OpenFile {
  readonly fd: number;
  /** Device and inode. */
  readonly id: string;
  readonly isRegular: boolean;
}

class FileChannel implements Channel {
  readonly name = 'file';
  readonly #options: FileOptions;
  readonly #writer = new LineWriter();
  #file: OpenFile | null = null;
  #opening: Promise<string | null> | null = null;
  /** The file before this one: half a line in another file is not to be continued. */
  #lastId = '';
  #sending = false;
  #letGo = false;
  #isClosed = false;
  #lookedMs = 0;
  #syncing: NodeJS.Timeout | null = null;
  /** Why alerts written before may not be on the disk: the kernel tells that once, and never to a write. */
  #unsafe: string | null = null;

  constructor(options: FileOptions) {
    this.#options = options;
  }

  encode(alert: Alert): Uint8Array {
    return Buffer.from(`${alertLine(alert, this.#options.json)}\n`);
  }

  async open(): Promise<string | null> {
    if (this.#file !== null) return null;
    this.#opening ??= this.#open();
    const error = await this.#opening;
    this.#opening = null;
    return error;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    this.#sending = true;
    try {
      return await this.#send(records);
    } finally {
      this.#sending = false;
      if (!this.#options.keepAlive || this.#letGo) this.#close();
    }
  }

  reopen(): void {
    this.#letGo = true;
    if (!this.#sending) this.#close();
  }

  /** For good: a file that opens only after this is closed at once. */
  close(): void {
    this.#isClosed = true;
    this.reopen();
  }

  async #send(records: readonly Uint8Array[]): Promise<Sent> {
    if (this.#letGo || (await this.#wasMoved())) this.#close();
    const error = await this.open();
    const file = this.#file;
    if (error !== null || file === null) return { done: 0, error: error ?? 'not open' };
    const sent = await this.#writer.append(file.fd, records);
    if (sent.error !== null) return { ...sent, error: this.#named(sent.error) };
    const unsafe = this.#unsafe;
    this.#unsafe = null;
    if (unsafe !== null) return { ...sent, error: this.#named(unsafe) };
    if (this.#options.fsync === 'second') this.#syncSoon(file);
    if (this.#options.fsync !== 'batch' || !file.isRegular) return sent;
    const failed = await calls.sync(file.fd).then(() => null, errorName);
    // They are written; only how safely is not known.
    return failed === null ? sent : { ...sent, error: this.#named(failed) };
  }

  async #open(): Promise<string | null> {
    let fd = -1;
    try {
      fd = await calls.open(this.#options.filename, FLAGS, MODE);
      const { dev, ino, size, isRegular } = await facts(fd);
      const id = `${dev}:${ino}`;
      if (id !== this.#lastId) {
        this.#writer.restart();
        if (isRegular && (await endsMidLine(fd, size))) await calls.write(fd, '\n');
      }
      this.#lastId = id;
      this.#lookedMs = performance.now();
      this.#file = { fd, id, isRegular };
      if (this.#isClosed) this.#close();
      return null;
    } catch (error) {
      if (fd >= 0) calls.close(fd).catch(() => {});
      return this.#named(errorName(error));
    }
  }

  /** Whether another file, or none, has the name now: rotation by someone who does not tell us. */
  async #wasMoved(): Promise<boolean> {
    const file = this.#file;
    if (file === null || performance.now() - this.#lookedMs < LOOK_MS) return false;
    this.#lookedMs = performance.now();
    const id = await calls.stat(this.#options.filename).then(
      ({ dev, ino }) => `${dev}:${ino}`,
      (error) => (errorName(error) === 'ENOENT' ? '' : file.id),
    );
    return id !== file.id;
  }

  #syncSoon({ fd, isRegular }: OpenFile): void {
    if (!isRegular) return;
    this.#syncing ??= setTimeout(() => {
      this.#syncing = null;
      calls.sync(fd).catch((error) => {
        this.#unsafe = errorName(error);
      });
    }, SYNC_MS).unref();
  }

  #close(): void {
    this.#letGo = false;
    const file = this.#file;
    this.#file = null;
    const unsynced = this.#syncing !== null;
    if (this.#syncing !== null) clearTimeout(this.#syncing);
    this.#syncing = null;
    if (file === null) return;
    // Both may wait for the disk; nothing depends on their results.
    const synced = unsynced ? calls.sync(file.fd) : Promise.resolve();
    synced.catch(() => {}).finally(() => calls.close(file.fd).catch(() => {}));
  }

  #named(error: string): string {
    return `${this.#options.filename}: ${inWords(error)}`;
  }
}

async function facts(fd: number) {
  const stat = await calls.fstat(fd);
  return { dev: stat.dev, ino: stat.ino, size: stat.size, isRegular: stat.isFile() };
}

/** A process that was killed while writing leaves half a line; the next alert must not continue it. */
async function endsMidLine(fd: number, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const reader = await calls.open(`/proc/self/fd/${fd}`, constants.O_RDONLY);
  try {
    const { bytesRead } = await calls.read(reader, last, 0, 1, size - 1);
    return bytesRead === 1 && last[0] !== 0x0a;
  } finally {
    await calls.close(reader);
  }
}
