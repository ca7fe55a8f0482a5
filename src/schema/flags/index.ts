/** Tables of flags by the name under which the table of arguments (schema/arguments.ts) refers to them. */
import * as file from './file.ts';
import * as kernel from './kernel.ts';
import * as network from './network.ts';
import * as process from './process.ts';
import type { FlagTable } from './render.ts';

export { type FlagTable, falcoNumber, flagNames, kernelNumber } from './render.ts';

export const FLAG_TABLES: Readonly<Record<string, FlagTable>> = {
  ...file,
  ...kernel,
  ...network,
  ...process,
};
