import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Lru } from '../base/lru.ts';
import { SESSION_ID } from './systemd-units.ts';

/** A login session as systemd-logind holds it, sd-login(3). Byte texts; null where logind has nothing. */
export interface LoginSession {
  readonly id: string;
  readonly uid: number | null;
  readonly user: string | null;
  /** `tty`, `x11`, `wayland`, `mir`, `web` or `unspecified`. */
  readonly type: string | null;
  /** `user`, `greeter`, `background`, `manager` … */
  readonly class: string | null;
  /** PAM service that opened it: `sshd`, `login`, `su-l`, `cron`. */
  readonly service: string | null;
  readonly tty: string | null;
  readonly remote: boolean | null;
  /** Peer as the PAM service told it: an address, or a name where sshd looks names up. */
  readonly remoteHost: string | null;
  readonly remoteUser: string | null;
  /** Audit session id; null when the kernel gave none. */
  readonly audit: number | null;
}

// A real file has under 1 KiB.
const MAX_BYTES = 16 * 1024;
// A host name has at most 255 bytes, a user name 256.
const MAX_VALUE = 256;
const MAX_SESSIONS = 1024;
/** A file is looked at again after this time; a session's peer never changes, its type and terminal may once. */
const RECHECK_MS = 1000;

interface Known {
  checkedMs: number;
  stamp: string;
  session: LoginSession | null;
}

/**
 * Sessions by id, from logind's files in /run/systemd/sessions: those that sd_session_get_remote_host(3) and its kin
 * read. A session that ended is remembered for as long as there is room: processes may outlive it.
 */
export class LoginSessions {
  readonly #folder: string;
  readonly #nowMs: () => number;
  readonly #known = new Lru<string, Known>(MAX_SESSIONS);

  /** @param nowMs a monotonic clock in ms */
  constructor(root = '/', nowMs: () => number = () => performance.now()) {
    this.#folder = `${root}run/systemd/sessions`;
    this.#nowMs = nowMs;
  }

  /** Null when logind knows no such session. */
  get(id: string): LoginSession | null {
    if (!SESSION_ID.test(id)) return null;
    const now = this.#nowMs();
    const known = this.#known.get(id) ?? { checkedMs: Number.NEGATIVE_INFINITY, stamp: '', session: null };
    this.#known.set(id, known);
    if (now - known.checkedMs >= RECHECK_MS) {
      known.checkedMs = now;
      const file = readSessionFile(`${this.#folder}/${id}`, known.stamp);
      if (file !== null) {
        known.stamp = file.stamp;
        known.session = parseSession(id, file.text);
      }
    }
    return known.session;
  }
}

/** Null when there is no such file or it is the one already known. logind replaces files, it never edits them. */
function readSessionFile(path: string, stamp: string): { stamp: string; text: string } | null {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(fd, { bigint: true });
    const now = `${stat.dev}:${stat.ino}:${stat.size}:${stat.ctimeNs}`;
    if (!stat.isFile() || stat.size > MAX_BYTES || now === stamp) return null;
    const bytes = Buffer.alloc(MAX_BYTES);
    return { stamp: now, text: bytes.toString('latin1', 0, readSync(fd, bytes, 0, MAX_BYTES, 0)) };
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/** `KEY=value` lines as systemd writes environment files: values may be quoted, a backslash keeps its successor. */
export function parseSession(id: string, text: string): LoginSession {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, raw] = /^([A-Z_]+)=(.*)$/s.exec(line) ?? [];
    if (key !== undefined) values.set(key, unquoted(raw!).slice(0, MAX_VALUE));
  }
  const word = (key: string): string | null => values.get(key) || null;
  const number = (key: string): number | null => {
    const value = values.get(key) ?? '';
    return /^\d{1,10}$/.test(value) ? Number(value) : null;
  };
  const remote = values.get('REMOTE');
  return {
    id,
    uid: number('UID'),
    user: word('USER'),
    type: word('TYPE'),
    class: word('CLASS'),
    service: word('SERVICE'),
    tty: word('TTY'),
    remote: remote === undefined ? null : remote === '1',
    remoteHost: word('REMOTE_HOST'),
    remoteUser: word('REMOTE_USER'),
    audit: number('AUDIT'),
  };
}

function unquoted(raw: string): string {
  const inner = /^"(.*)"$/s.exec(raw)?.[1] ?? raw;
  return inner.replace(/\\(.)/gs, '$1');
}
