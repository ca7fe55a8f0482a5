import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const BYTES = 12;

/**
 * The last delivered sequence number, in a file of 12 bytes: the number and its CRC-32, little-endian. When the file
 * is lost or torn the spool is delivered again from its start: twice rather than never.
 */
export class Acknowledged {
  readonly #file: FileHandle;
  sequence: number;

  private constructor(file: FileHandle, sequence: number) {
    this.#file = file;
    this.sequence = sequence;
  }

  static async open(path: string): Promise<Acknowledged> {
    const file = await open(path, 'a+', 0o600);
    await file.close();
    const writable = await open(path, 'r+');
    const bytes = Buffer.alloc(BYTES);
    const { bytesRead } = await writable.read(bytes, 0, BYTES, 0);
    const good = bytesRead === BYTES && crc32(bytes.subarray(0, 8)) === bytes.readUInt32LE(8);
    return new Acknowledged(writable, good ? Number(bytes.readBigUInt64LE(0)) : 0);
  }

  async write(sequence: number): Promise<void> {
    this.sequence = sequence;
    const bytes = Buffer.alloc(BYTES);
    bytes.writeBigUInt64LE(BigInt(sequence), 0);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
    await this.#file.write(bytes, 0, BYTES, 0);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
