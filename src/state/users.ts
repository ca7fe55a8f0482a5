import { Interned } from '../base/interning.ts';

/** Where user and group facts come from: the passwd and group files of the host (host/ re-reads them on change). */
export interface UserSource {
  user(uid: number): { readonly name: string; readonly homedir: string; readonly shell: string } | null;
  group(gid: number): { readonly name: string } | null;
}

/** An id nobody has a name for. Falco gives this text, not a missing value, so that `user.name != root` holds. */
const NOBODY = new Interned('<NA>');

/** An answer is asked again after this many events' worth of time, so that a new user gets its name soon. */
const FRESH_NS = 1e9;

interface UserTexts {
  readonly name: Interned;
  readonly homedir: Interned;
  readonly shell: Interned;
}

const UNKNOWN_USER: UserTexts = { name: NOBODY, homedir: NOBODY, shell: NOBODY };

/** Names of users and groups as texts that rules remember answers on. */
export class Users {
  readonly #source: UserSource;
  #users = new Map<number, UserTexts>();
  #groups = new Map<number, Interned>();
  #asOfNs = 0;

  constructor(source: UserSource) {
    this.#source = source;
  }

  /** Tells the time; names older than a second are looked up anew. @param nowNs ns since boot */
  tick(nowNs: number): void {
    if (nowNs - this.#asOfNs < FRESH_NS) return;
    this.#asOfNs = nowNs;
    this.#users = new Map();
    this.#groups = new Map();
  }

  userName(uid: number): Interned {
    return this.#user(uid).name;
  }

  homedir(uid: number): Interned {
    return this.#user(uid).homedir;
  }

  shell(uid: number): Interned {
    return this.#user(uid).shell;
  }

  groupName(gid: number): Interned {
    let name = this.#groups.get(gid);
    if (name === undefined) {
      const group = this.#source.group(gid);
      name = group === null ? NOBODY : new Interned(group.name);
      this.#groups.set(gid, name);
    }
    return name;
  }

  #user(uid: number): UserTexts {
    let texts = this.#users.get(uid);
    if (texts === undefined) {
      const user = this.#source.user(uid);
      texts =
        user === null
          ? UNKNOWN_USER
          : {
              name: new Interned(user.name),
              homedir: new Interned(user.homedir),
              shell: new Interned(user.shell),
            };
      this.#users.set(uid, texts);
    }
    return texts;
  }
}
