import { AT_HEADER_LEN, SIZE_HEADER } from '../schema/record.generated.ts';

/**
 * Walks records that lie one after the other, as the task iterator writes them. Stops at the first length that
 * cannot be right.
 * @returns bytes that were left over, 0 when all was well
 */
export function splitRecords(memory: Uint8Array, onRecord: (offset: number, length: number) => void): number {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  let at = 0;
  while (at + SIZE_HEADER <= memory.length) {
    const length = view.getUint32(at + AT_HEADER_LEN, true);
    if (length < SIZE_HEADER || (length & 7) !== 0 || length > memory.length - at) break;
    onRecord(at, length);
    at += length;
  }
  return memory.length - at;
}
