import * as abi from '../schema/record.generated.ts';
import type { RecordedEvent } from './event.ts';
import { type Descriptor, Processes, type RecordedProcess } from './processes.ts';
import { type Head, RecordWriter } from './record-writer.ts';

/** What the converters of events share: state, the writer, and the head of a record. */
export class Scene {
  readonly processes = new Processes();
  readonly writer = new RecordWriter();
  /** Start of the recording's own clock, ns since the epoch. */
  baseNs = 0n;

  head(event: RecordedEvent, type: number, ret: number, flags = 0): Head {
    const pid = this.processes.pidOf(event.tid);
    const process = this.processes.byPid(pid);
    const cgroup = this.processes.cgroupId(process?.cgroup ?? '');
    const tsNs = this.tsNs(event);
    return { type, tsNs, tid: event.tid, pid, process, cgroup, cpu: event.cpu, ret, flags };
  }

  tsNs(event: RecordedEvent): number {
    return Number(event.wallNs - this.baseNs);
  }

  descriptor(process: RecordedProcess | null, fd: number): Descriptor | null {
    return process?.fds.get(fd) ?? null;
  }

  /** The directory that a relative name starts from; '' when it is not known. @param dirfd AT_FDCWD: the current one */
  base(process: RecordedProcess | null, dirfd: number): string {
    if (dirfd === AT_FDCWD) return process?.cwd ?? '';
    const directory = this.descriptor(process, dirfd);
    return directory !== null && directory.kind !== 'socket' ? directory.name : '';
  }
}

/** For dirfd: the current directory. */
export const AT_FDCWD = -100;

/** A name made absolute; as it is when its directory is not known. Without `.` and `..`, which only the file system can follow. */
export function joined(base: string, name: string): string {
  if (name.startsWith('/') || base === '') return name;
  return `${base === '/' ? '' : base}/${name.replace(/^(?:\.\/+)+/, '')}`;
}

export const typeOf = (name: string): number => abi.TYPE_NAMES.indexOf(name);
