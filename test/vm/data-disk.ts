// A disk that outlives its guest and forgets, when qemu is killed, what the guest had not flushed.

import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';

const CLUSTER_BITS = 16;
const CLUSTER = 2 ** CLUSTER_BITS;
const BACKING_FORMAT = 0xe2792aca;
/** mke2fs is an administrators' program, which the PATH of a plain `su` lacks. */
const path = `${process.env.PATH}:/usr/sbin:/sbin`;

/**
 * Makes an ext4 file system on a disk of `mib`, for GuestJob.dataDisk.
 *
 * The image is a qcow2 overlay over a raw file. What a guest writes goes to new clusters, and qemu holds the table that
 * leads to them in its memory until the guest flushes: a kill of qemu then is what a power cut is to a disk with a
 * write cache. (A raw image keeps every completed write, flushed or not.)
 */
export function makeDataDisk(file: string, mib: number): void {
  const base = `${file}.base`;
  writeFileSync(base, '');
  truncateSync(base, mib * 2 ** 20);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', base], { env: { ...process.env, PATH: path } });
  writeFileSync(file, emptyOverlay(base, mib * 2 ** 20));
}

/** Four clusters, as docs/interop/qcow2.txt of qemu describes: header, refcount table, refcounts, table of level 1. */
function emptyOverlay(base: string, sizeBytes: number): Buffer {
  const image = Buffer.alloc(4 * CLUSTER);
  const name = Buffer.from(base);
  const format = Buffer.from('raw');
  const extensions = 104;
  const nameAt = extensions + 8 + 8 + 8;
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeBigUInt64BE(BigInt(nameAt), 8);
  image.writeUInt32BE(name.length, 16);
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(sizeBytes), 24);
  // A table of level 2 has 2^13 entries, so each entry of level 1 stands for 512 MiB.
  image.writeUInt32BE(Math.ceil(sizeBytes / (CLUSTER * (CLUSTER / 8))), 36);
  image.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  image.writeBigUInt64BE(BigInt(CLUSTER), 48);
  image.writeUInt32BE(1, 56);
  image.writeUInt32BE(4, 96); // refcounts of 2^4 bits
  image.writeUInt32BE(extensions, 100);
  image.writeUInt32BE(BACKING_FORMAT, extensions);
  image.writeUInt32BE(format.length, extensions + 4);
  image.set(format, extensions + 8);
  image.set(name, nameAt); // after eight zero bytes, the end of the extensions
  image.writeBigUInt64BE(BigInt(2 * CLUSTER), CLUSTER);
  for (let cluster = 0; cluster < 4; cluster++) image.writeUInt16BE(1, 2 * CLUSTER + 2 * cluster);
  return image;
}
