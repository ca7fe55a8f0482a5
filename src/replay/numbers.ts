/** Bits that captures number by themselves → those of Linux, which records hold. */
import { O_DIRECT, O_DIRECTORY, O_LARGEFILE } from '../schema/open-bits.ts';

export { O_DIRECTORY } from '../schema/open-bits.ts';

/** PPM_O_* bit → O_*. The two lowest are the access mode. */
const OPEN: readonly (readonly [bit: number, flags: number])[] = [
  [2, 0o100],
  [3, 0o2000],
  [4, 0o10000],
  [5, 0o200],
  [6, 0o4000],
  [7, 0o4010000],
  [8, 0o1000],
  [9, O_DIRECT],
  [10, O_DIRECTORY],
  [11, O_LARGEFILE],
  [12, 0o2000000],
  [13, 0o20000000 | O_DIRECTORY],
];
const CREATED_BIT = 14;

export function openFlags(recorded: number): { flags: number; created: boolean } {
  // Reading is bit 0, writing bit 1; the kernel has 0, 1, and 2 for both.
  let flags = (recorded & 3) === 0 ? 0 : (recorded & 3) - 1;
  for (const [bit, value] of OPEN) if ((recorded & (1 << bit)) !== 0) flags |= value;
  return { flags, created: (recorded & (1 << CREATED_BIT)) !== 0 };
}

/** PPM_CL_* bit → CLONE_*. */
const CLONE: readonly (readonly [bit: number, flag: number])[] = [
  [0, 0x400],
  [1, 0x200],
  [2, 0x80000000],
  [3, 0x08000000],
  [4, 0x40000000],
  [5, 0x20000],
  [6, 0x20000000],
  [7, 0x04000000],
  [8, 0x8000],
  [9, 0x100000],
  [10, 0x2000],
  [11, 0x800],
  [12, 0x40000],
  [13, 0x10000],
  [14, 0x800000],
  [15, 0x100],
  [20, 0x10000000],
  [23, 0x200000],
  [24, 0x1000000],
  [25, 0x80000],
  [27, 0x4000],
  [28, 0x02000000],
];

export const CLONE_FILES = 0x400;
export const CLONE_THREAD = 0x10000;

export function cloneFlags(recorded: number): number {
  return CLONE.reduce((flags, [bit, value]) => ((recorded >>> bit) & 1 ? flags + value : flags), 0);
}
