/** Names that systemd gives a process by its cgroup; null where it gives none. */
export interface UnitNames {
  /** System unit: `ssh.service`, `session-3.scope`, `user@1000.service`. */
  readonly unit: string | null;
  /** Unit of the user's own manager, inside `user@UID.service`. */
  readonly userUnit: string | null;
  /** Innermost slice of the system manager; `-.slice` is the root of all. */
  readonly slice: string | null;
  readonly userSlice: string | null;
  /** Id of the login session whose scope the process is in. */
  readonly session: string | null;
}

const NO_NAMES: UnitNames = { unit: null, userUnit: null, slice: null, userSlice: null, session: null };

// systemd.unit(5): at most 255 characters of these, ended by the type.
const UNIT =
  /^[A-Za-z0-9:_.\\@-]+\.(?:service|socket|target|device|mount|automount|swap|timer|path|slice|scope)$/;
const UNIT_MAX = 255;
const USER_MANAGER = /^user@\d{1,10}\.service$/;
/** sd_session_get_uid(3) takes ids of letters and digits only: they name files. */
export const SESSION_ID = /^[A-Za-z0-9]{1,32}$/;

const isSlice = (name: string): boolean => name.endsWith('.slice') && isUnit(name);
const isUnit = (name: string): boolean => name.length <= UNIT_MAX && UNIT.test(name);

/** systemd puts `_` before a name that would collide with a file of the cgroup file system. */
const unescaped = (part: string): string => (part.startsWith('_') ? part.slice(1) : part);

/** How many parts from `from` on are slices. */
function slicesFrom(parts: readonly string[], from: number): number {
  let count = 0;
  while (from + count < parts.length && isSlice(unescaped(parts[from + count]!))) count++;
  return count;
}

/** The part after the slices, if it names a unit. */
function unitAfter(parts: readonly string[], from: number): string | null {
  const part = parts[from + slicesFrom(parts, from)];
  const name = part === undefined ? null : unescaped(part);
  return name !== null && isUnit(name) ? name : null;
}

function sliceFrom(parts: readonly string[], from: number): string {
  const count = slicesFrom(parts, from);
  return count === 0 ? '-.slice' : unescaped(parts[from + count - 1]!);
}

function sessionOf(unit: string | null): string | null {
  const id = /^session-(.*)\.scope$/.exec(unit ?? '')?.[1] ?? '';
  return SESSION_ID.test(id) ? id : null;
}

/**
 * Reads the path of a cgroup in systemd's hierarchy as sd_pid_get_unit(3), sd_pid_get_user_unit(3) and their kin do,
 * and as the journal names them. What lies below a unit is the unit's own business (delegation): a container's inner
 * units, or cgroups that a service makes, do not count.
 *
 * Who may write below `user@UID.service` is that user: user units and slices are as true as the user is honest.
 *
 * @param path from the root of the hierarchy, as in /proc/PID/cgroup; byte text
 */
export function unitNames(path: string): UnitNames {
  // A namespace that does not hold the process shows `/..`: nothing can be told.
  if (!path.startsWith('/') || path.startsWith('/..')) return NO_NAMES;
  const parts = path.split('/').filter((part) => part !== '');
  const unit = unitAfter(parts, 0);
  const inner = slicesFrom(parts, 0) + 1;
  const ofUser = unit !== null && USER_MANAGER.test(unit);
  return {
    unit,
    slice: sliceFrom(parts, 0),
    session: sessionOf(unit),
    userUnit: ofUser ? unitAfter(parts, inner) : null,
    userSlice: ofUser ? sliceFrom(parts, inner) : null,
  };
}
