import { Lru } from '../base/lru.ts';
import { INITIAL_USER_NAMESPACE } from '../host/index.ts';
import type { Process } from './process.ts';
import { type UserSource, Users } from './users.ts';

/** Mount namespaces whose accounts are remembered: containers, and services with a file system of their own. */
const MAX_NAMESPACES = 64;
/** Read again after this time, where that was possible; where it was not, sooner. */
const FRESH_NS = 10e9;
const RETRY_NS = 1e9;
const READS_PER_SECOND = 20;
/** Other processes that are asked for the way into a namespace. */
const MAX_ANCESTORS = 8;

/** What is known of a system that cannot be looked at: who is in charge. */
const UNKNOWN = new Users({
  user: (uid) => (uid === 0 ? { name: 'root', homedir: '/root', shell: '<NA>' } : null),
  group: (gid) => (gid === 0 ? { name: 'root' } : null),
});

const isOfUser = (userNamespace: number): boolean =>
  userNamespace !== 0 && userNamespace !== INITIAL_USER_NAMESPACE;

/**
 * In a user namespace of its own a process has the rights of a user of the host, and what lies in the mounts of one is that
 * user's doing, whoever entered them (nsenter): the host's name is the one that tells who it is.
 */
const isUsersOwn = ({ image }: Process): boolean => isOfUser(image.userNs) || isOfUser(image.mntUserNs);

interface Entry {
  readonly users: Users;
  readonly asOfNs: number;
  readonly freshNs: number;
}

/** Accounts as the system of a process names them: the host's, or those of the container that it is in. */
export class NamespaceUsers {
  readonly #host: Users;
  readonly #hostNamespace: number;
  readonly #read: (pid: number, mountNamespace: number) => UserSource | null;
  readonly #known = new Lru<number, Entry>(MAX_NAMESPACES);
  #second = 0;
  #readsLeft = READS_PER_SECOND;

  /**
   * @param hostNamespace inode number of the host's mount namespace; 0 when unknown: then all names are the host's
   * @param read passwd and group of the system a process lives in; null when they cannot be read
   */
  constructor(
    host: Users,
    hostNamespace: number,
    read: (pid: number, mountNamespace: number) => UserSource | null,
  ) {
    this.#host = host;
    this.#hostNamespace = hostNamespace;
    this.#read = read;
  }

  of(process: Process | null, nowNs: number): Users {
    const namespace = process?.image.mntNs ?? 0;
    if (process === null || namespace === 0 || this.#hostNamespace === 0) return this.#host;
    if (namespace === this.#hostNamespace || isUsersOwn(process)) return this.#host;
    const known = this.#known.get(namespace);
    if (known !== undefined && nowNs - known.asOfNs < known.freshNs) return known.users;
    const found = this.#find(process, namespace, nowNs);
    const users = found === null ? (known?.users ?? UNKNOWN) : new Users(found);
    const freshNs = found === null ? RETRY_NS : FRESH_NS;
    this.#known.set(namespace, { users, asOfNs: nowNs, freshNs });
    return users;
  }

  /** From the process or, if it has ended, from one of its ancestors in the same namespace. */
  #find(process: Process, namespace: number, nowNs: number): UserSource | null {
    let at: Process | null = process;
    for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
      // Whose mounts they are must be known: a user's may never answer.
      if (at.ended || at.image.mntNs !== namespace || at.image.mntUserNs === 0) continue;
      if (!this.#mayRead(nowNs)) continue;
      const found = this.#read(at.pid, namespace);
      if (found !== null) return found;
    }
    return null;
  }

  #mayRead(nowNs: number): boolean {
    const second = Math.floor(nowNs / 1e9);
    if (second !== this.#second) {
      this.#second = second;
      this.#readsLeft = READS_PER_SECOND;
    }
    return this.#readsLeft-- > 0;
  }
}
