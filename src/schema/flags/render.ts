/**
 * Named bits and enumerations of system call arguments. Rules see Falco's numbers, which are the same on every
 * architecture; the kernel's differ for some.
 */

interface Row {
  readonly name: string;
  readonly value: number;
  /** The kernel's number. */
  readonly kernel: number;
}

export interface FlagTable {
  /** One of the rows, not a sum of them. */
  readonly exact: boolean;
  /** In the order in which they are printed. */
  readonly rows: readonly Row[];
  /** Falco's number of a value that no row has; null leaves it as it is. */
  readonly unknown: number | null;
}

/** @param text `NAME=value`, or `NAME=value/kernel` where the kernel's number is another */
function table(text: string, exact: boolean, unknown: number | null): FlagTable {
  const rows = text
    .trim()
    .split(/\s+/)
    .map((entry): Row => {
      const [name = '', numbers = ''] = entry.split('=');
      const [value = '', kernel = value] = numbers.split('/');
      return { name, value: Number(value), kernel: Number(kernel) };
    });
  return { exact, rows, unknown };
}

export const bits = (text: string): FlagTable => table(text, false, null);
export const oneOf = (text: string, unknown: number | null = null): FlagTable => table(text, true, unknown);

/** The kernel's number → Falco's. Bits without a name are dropped. */
export function falcoNumber({ exact, rows, unknown }: FlagTable, kernel: number): number {
  if (exact) return rows.find((row) => row.kernel === kernel)?.value ?? unknown ?? kernel;
  let value = 0;
  for (const row of rows) {
    // >>> 0: bit 31 is a bit like others, not a sign.
    if (row.kernel !== 0 && (kernel & row.kernel) >>> 0 === row.kernel) value |= row.value;
  }
  return value >>> 0;
}

/** Falco's number → the kernel's. Bits without a name are dropped; a value that no row has stays as it is. */
export function kernelNumber({ exact, rows }: FlagTable, falco: number): number {
  if (exact) return rows.find((row) => row.value === falco)?.kernel ?? falco;
  let kernel = 0;
  for (const row of rows)
    if (row.value !== 0 && (falco & row.value) >>> 0 === row.value) kernel |= row.kernel;
  return kernel >>> 0;
}

/** `NAME|NAME` for Falco's number; empty when nothing in it has a name. */
export function flagNames({ exact, rows }: FlagTable, value: number): string {
  if (exact) {
    const same = rows.filter((row) => row.value === value);
    return same.map(({ name }) => name).join('|');
  }
  if (value === 0) return rows.find((row) => row.value === 0)?.name ?? '';
  let left = value;
  const names: string[] = [];
  for (const row of rows) {
    if (row.value === 0 || (left & row.value) >>> 0 !== row.value) continue;
    names.push(row.name);
    left = (left & ~row.value) >>> 0;
  }
  return names.join('|');
}
