/**
 * The kernel side, on the main thread. In: the event types that rules want. Out: attached programs, the descriptor
 * of the ring they write to, counters, and the list of what could not be had. Called by agent/; engine/ and
 * ring/ use openNative for the mapping and the wait.
 *
 *   const obstacle = findObstacle();                   // no BTF, too old, no privilege
 *   const native = openNative();
 *   const functions = kernelFunctions(native);
 *   const images = readObjects(functions, (name) => …); // of the compiled objects two
 *   const options = { images, ringBytes, ownPid: process.pid, threads: false };
 *   const probes = await startProbes(native, types, parts, { ...options, functions, onNotice });
 *   probes.ringFd … probes.readTasks() … probes.counts() … probes.state() … await probes.close()
 *   await probes.want(newTypes, newParts, newOpens);             // after a reload
 *
 * prepareProbes() does the longest part of startProbes(), for which no rules are needed.
 *
 * Programs are loaded and attached when their types are first wanted, in the background; until then a program at the
 * return of all system calls reports what they will. Names that no hook reports (COLLECTED) are ignored. Process life
 * and the opens that carry the canary are always attached.
 */
import { TARGETS } from './hooks.ts';
import type { Native } from './native.ts';
import { must } from './object.ts';
import { KERNEL_TYPES } from './preconditions.ts';

/** O_* bits of the one open of the agent itself that is reported. */
export { CANARY_OPEN_FLAGS } from '../schema/record.generated.ts';
export { datagramOpener } from './datagram.ts';
export { ALWAYS, COLLECTED } from './hooks.ts';
export { type LibraryLevel, takeMessages, tellMessages } from './library-log.ts';
export { errnoName, type Native, openNative } from './native.ts';
export { type Images, LoadError, type ObjectName, type ObjectOptions, readObjects } from './object.ts';
export type { Missing } from './plan.ts';
export { explainFailure, findObstacle, type Obstacle } from './preconditions.ts';
export type { Notice, Probes, ProbesOptions, ProbesState } from './probes-api.ts';
export type { PartState, Tier, TypeState } from './probes-state.ts';
export { typesOfProgram } from './program-types.ts';
export type { ProgramFacts, TypeCount } from './readings.ts';
export { type PreparedProbes, prepareProbes, startProbes } from './start-probes.ts';

/**
 * Those functions that our programs hang on and this kernel has.
 * @param path a file with the kernel's type information
 * @throws LoadError when it cannot be read
 */
export function kernelFunctions(native: Native, path = KERNEL_TYPES): Set<string> {
  const names = [...TARGETS];
  const found = new Uint8Array(names.length);
  const result = native.saker_functions(path, names.join('\n'), found, found.length);
  must(native, result, "read the kernel's type information");
  return new Set(names.filter((_, index) => found[index] === 1));
}
