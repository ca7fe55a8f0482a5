import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from './files.ts';
import { readInRoot } from './root-file.ts';

export interface User {
  readonly name: string;
  readonly homedir: string;
  readonly shell: string;
}

/** Names by id; null for an id without one. */
export interface Accounts {
  user(uid: number): User | null;
  groupName(gid: number): string | null;
}

// A passwd file of a hundred thousand accounts is 6 MB; more than this is not a passwd file.
const MAX_BYTES = 32 << 20;
// A look-up costs nothing between two checks; a new account is known after one second at most.
const RECHECK_MS = 1000;

/**
 * Names of users and groups from the passwd(5) and group(5) files, read again when a file changes. Accounts that
 * come over the network (LDAP, SSSD) are not in them; their names are unknown.
 */
export class UserDatabase implements Accounts {
  readonly #users: Table<User>;
  readonly #groups: Table<string>;

  /**
   * @param root root directory of the host. A container's is hostile ground: links in it lead out of it
   * @param nowMs a monotonic clock in ms
   */
  constructor(root = '/', nowMs: () => number = () => performance.now()) {
    this.#users = new Table(join(root, 'etc/passwd'), 2, toUser, nowMs);
    this.#groups = new Table(join(root, 'etc/group'), 2, nameOf, nowMs);
  }

  /** The account of a uid, or null when the file has none. With two of the same uid the first counts, as in libc. */
  user(uid: number): User | null {
    return this.#users.get(uid);
  }

  groupName(gid: number): string | null {
    return this.#groups.get(gid);
  }
}

function toUser(parts: readonly string[]): User {
  return { name: parts[0] ?? '', homedir: parts[5] ?? '', shell: parts[6] ?? '' };
}

/** One colon-separated file, keyed by a number column. */
class Table<T> {
  readonly #path: string;
  readonly #column: number;
  readonly #make: (parts: readonly string[]) => T;
  readonly #nowMs: () => number;
  #byId = new Map<number, T>();
  #stamp = '';
  #checkedMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, column: number, make: (parts: readonly string[]) => T, nowMs: () => number) {
    this.#path = path;
    this.#column = column;
    this.#make = make;
    this.#nowMs = nowMs;
  }

  get(id: number): T | null {
    const now = this.#nowMs();
    if (now - this.#checkedMs >= RECHECK_MS) {
      this.#checkedMs = now;
      this.#refresh();
    }
    return this.#byId.get(id) ?? null;
  }

  #refresh(): void {
    const stamp = stampOf(this.#path);
    if (stamp === this.#stamp) return;
    const bytes = readBounded(this.#path, MAX_BYTES);
    // A file that is being replaced is missing for a moment: the old names are better than none.
    if (bytes === null) return;
    this.#stamp = stamp;
    this.#byId = byId(bytes.toString('latin1'), this.#column, this.#make);
  }
}

function byId<T>(text: string, column: number, make: (parts: readonly string[]) => T, most = Infinity) {
  const found = new Map<number, T>();
  for (const line of text.split('\n')) {
    const parts = line.split(':');
    const id = parts[column] ?? '';
    if (!/^\d{1,10}$/.test(id) || found.has(Number(id))) continue;
    found.set(Number(id), make(parts));
    if (found.size >= most) break;
  }
  return found;
}

/** Of a container's passwd and group; images have some fifty accounts. */
const CONTAINER_BYTES = 256 * 1024;
const CONTAINER_ACCOUNTS = 1000;
const nameOf = ([name = '']: readonly string[]): string => name;

/** Accounts of the system that a process in this mount namespace lives in; null when they cannot be read safely. */
export function readAccounts(pid: number, mountNamespace: number): Accounts | null {
  const read = (file: string): string | null =>
    readInRoot(pid, mountNamespace, ['etc', file], CONTAINER_BYTES)?.toString('latin1') ?? null;
  const passwd = read('passwd');
  if (passwd === null) return null;
  const users = byId(passwd, 2, toUser, CONTAINER_ACCOUNTS);
  const groups = byId(read('group') ?? '', 2, nameOf, CONTAINER_ACCOUNTS);
  return { user: (uid) => users.get(uid) ?? null, groupName: (gid) => groups.get(gid) ?? null };
}

/** Changes with every way of replacing or editing a file. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return '';
  }
}
