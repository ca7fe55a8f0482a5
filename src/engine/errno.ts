import { constants } from 'node:os';

/** Names of errno values on this machine, `ENOENT` for 2. */
const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** What rules call the result of a call: SUCCESS, or the name of the error. @param ret ≥ 0, or −errno */
export function resultName(ret: number): string {
  return ret >= 0 ? 'SUCCESS' : (NAMES.get(-ret) ?? String(-ret));
}
