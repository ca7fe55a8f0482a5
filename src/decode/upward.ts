/**
 * Names of files as the kernel's walk leaves them (STR_UPWARD in bpf/abi/event.h): the last component first, each behind
 * a byte with its length.
 */
import { STR_CUT, STR_UPWARD } from '../schema/record.generated.ts';

/** Flags of a string that decide what its bytes mean. */
export const FORM = STR_UPWARD | STR_CUT;

const SLASH = 0x2f;

/**
 * Writes the name from the root down to the beginning of `to`. Bytes that are no such name give some name and harm
 * nothing else.
 * @param to has room for `length` bytes, at least one
 * @param isCut the components next to the root are missing: the name does not begin with a slash
 * @returns its length
 */
export function writeDownward(
  bytes: Uint8Array,
  offset: number,
  length: number,
  isCut: boolean,
  to: Uint8Array,
): number {
  if (length === 0) to[0] = SLASH;
  const end = offset + length;
  let place = length;
  for (let at = offset; at < end; ) {
    const size = Math.min(bytes[at]!, end - at - 1);
    place -= size + 1;
    to[place] = SLASH;
    for (let i = 1; i <= size; i++) to[place + i] = bytes[at + i]!;
    at += size + 1;
  }
  if (isCut) to.copyWithin(0, 1, length);
  return isCut ? Math.max(length - 1, 0) : Math.max(length, 1);
}
