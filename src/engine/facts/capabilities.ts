import type { Capabilities, Process } from '../../state/index.ts';
import type { Event } from '../event.ts';

/** Of the event's thread, as the records told them, else from /proc; null when neither knows. */
export function capabilitiesOf(process: Process, event: Event): Capabilities | null {
  // Another thread may have its own since it changed them.
  if (process.threadsDiffer && event.tid !== process.pid) return read(process, event, event.tid);
  if (event.bootNs > process.capsUntilNs) {
    process.caps = null;
    process.capsUntilNs = Number.POSITIVE_INFINITY;
  }
  process.caps ??= read(process, event, process.pid);
  return process.caps;
}

function read(process: Process, event: Event, tid: number): Capabilities | null {
  const found = event.details.status(process, tid, event.bootNs);
  if (found === null) return null;
  return {
    permitted: found.capPermitted,
    effective: found.capEffective,
    inheritable: found.capInheritable,
  };
}
