import { CAP_DAC_OVERRIDE, CAP_FOWNER } from '../../schema/capabilities.ts';
import { INITIAL_USER_NAMESPACE, type Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { capabilitiesOf } from './capabilities.ts';
import { own, type ProcessGetter, type Table } from './process.ts';

/** proc.exe_ino and proc.is_exe_*: the file that the process executes, as it was at exec. */

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/**
 * May the process write its own executable, or give itself the right to? As Falco decides it: permission bits, groups and
 * capabilities; access control lists and security modules are not asked.
 */
export function isWritable(process: Process, event: Event): boolean {
  const { exeMode, exeUid, exeReadonly } = process.image;
  if (exeMode === 0 || exeReadonly) return false;
  // Owners can change the mode.
  if (exeUid === event.uid) return true;
  return permits(process, event) || overrides(process, event);
}

/** By the bits of the group for its members, else by those of everybody. */
function permits(process: Process, event: Event): boolean {
  const { exeMode, exeGid } = process.image;
  const [group, others] = [(exeMode & GROUP_WRITES) !== 0, (exeMode & OTHERS_WRITE) !== 0];
  if (group === others) return group;
  return isMember(process, event, exeGid) ? group : others;
}

/** Supplementary groups are asked for only where they decide. */
function isMember(process: Process, event: Event, gid: number): boolean {
  if (event.gid === gid) return true;
  const status = event.details.status(process, event.tid, event.bootNs);
  return status?.groups.includes(gid) ?? false;
}

/** Capabilities of a user namespace reach the files whose owners it knows. */
function overrides(process: Process, event: Event): boolean {
  const effective = capabilitiesOf(process, event)?.effective ?? 0n;
  if ((effective & (CAP_DAC_OVERRIDE | CAP_FOWNER)) === 0n) return false;
  const { userNs, exeUid, exeGid } = process.image;
  if (userNs === 0 || userNs === INITIAL_USER_NAMESPACE) return true;
  return event.details.mapsIds(process, exeUid, exeGid, event.bootNs);
}

/** Facts of an inode nobody could look at are missing. */
const inode = (get: ProcessGetter) =>
  own((process, event) => (process.image.exeIno === 0n ? null : get(process, event)));

/** ns from the last change of the inode to a moment; missing when the inode is younger. */
function sinceChange(process: Process, event: Event, bootNs: number): bigint | null {
  const { exeCtime } = process.image;
  const span = event.wallOf(bootNs) - exeCtime;
  return exeCtime === 0n || span < 0n ? null : span;
}

export const executableFacts: Table = {
  'proc.is_exe_writable': own(isWritable),
  'proc.is_exe_upper_layer': own(({ image }) => image.exeLayer === 'upper'),
  'proc.is_exe_lower_layer': own(({ image }) => image.exeLayer === 'lower'),
  'proc.is_exe_from_memfd': own(({ image }) => image.exeFromMemfd),
  'proc.exe_ino': inode(({ image }) => image.exeIno),
  'proc.exe_ino.ctime': inode(({ image }) => image.exeCtime),
  'proc.exe_ino.mtime': inode(({ image }) => image.exeMtime),
  'proc.exe_ino.ctime_duration_proc_start': inode((process, event) =>
    sinceChange(process, event, process.startNs),
  ),
  'proc.exe_ino.ctime_duration_pidns_start': inode((process, event) => {
    const init = event.initOf(process);
    return init === null ? null : sinceChange(process, event, init.startNs);
  }),
  'proc.pidns_init_start_ts': own((process, event) => {
    const init = event.initOf(process);
    return init === null ? null : event.wallOf(init.startNs);
  }),
};
