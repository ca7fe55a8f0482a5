import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { MergedUsr } from './merged-usr.ts';
import { fileStamp, type Ownership, type PackageDatabase, type PackageFile } from './packages.ts';
import { RpmHeader, TAG } from './rpm-header.ts';

const RECHECK_MS = 1000;
/** Files of the same name, such as `python3`, in this many packages at most. */
const MAX_PACKAGES = 64;
/** A header with a hundred thousand files has 10 MiB. */
const MAX_HEADER = 32 << 20;

/** rpm's numbers of hash algorithms (those of OpenPGP); a package without number has MD5. */
const ALGORITHMS: Readonly<Record<number, NonNullable<PackageFile['digest']>['algorithm']>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** rpmfileAttrs: configuration and files that rpm does not bring. */
const CONFIG = 1 << 0;
const GHOST = 1 << 6;

/**
 * rpm's database in its SQLite form (rpm 4.16 and later): a table of file names leads to package headers. It is
 * opened for one look-up at a time, so that a running rpm is never held up.
 */
export class RpmDatabase implements PackageDatabase {
  readonly #path: string;
  readonly #usr: MergedUsr;
  readonly #nowMs: () => number;
  #generation = 0;
  #stamp = '';
  #checkedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param path of rpmdb.sqlite
   * @param nowMs a monotonic clock in ms
   */
  constructor(path: string, root = '/', nowMs: () => number = () => performance.now()) {
    this.#path = path;
    this.#usr = new MergedUsr(root);
    this.#nowMs = nowMs;
  }

  get generation(): number {
    const now = this.#nowMs();
    if (now - this.#checkedMs < RECHECK_MS) return this.#generation;
    this.#checkedMs = now;
    const stamp = `${fileStamp(this.#path)},${fileStamp(`${this.#path}-wal`)}`;
    if (stamp !== this.#stamp) this.#generation++;
    this.#stamp = stamp;
    return this.#generation;
  }

  owner(path: string): Ownership {
    let database: DatabaseSync | null = null;
    try {
      database = this.#open();
      for (const spelling of this.#usr.spellings(this.#usr.resolved(path))) {
        const found = find(database, spelling);
        if (found !== null) return found;
      }
      return 'none';
    } catch {
      // Missing, being rewritten, or no such database: nothing can be told.
      return null;
    } finally {
      database?.close();
    }
  }

  /** Without locks and without writing beside it, unless a transaction is under way. */
  #open(): DatabaseSync {
    const url = pathToFileURL(this.#path);
    const pending = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (pending === 0) url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true, timeout: 0 });
  }
}

const LOOK_UP = `SELECT b.idx AS idx, p.blob AS header FROM Basenames b JOIN Packages p ON p.hnum = b.hnum
  WHERE b.key = ? AND length(p.blob) <= ${MAX_HEADER} LIMIT ${MAX_PACKAGES}`;

function find(database: DatabaseSync, path: string): PackageFile | null {
  const slash = path.lastIndexOf('/');
  const base = path.slice(slash + 1);
  const key = Buffer.from(base, 'latin1').toString('utf8');
  for (const { idx, header: blob } of database.prepare(LOOK_UP).iterate(key)) {
    const header = blob instanceof Uint8Array ? RpmHeader.read(blob) : null;
    if (header === null || typeof idx !== 'number') continue;
    const folder = header.text(TAG.dirnames, header.number(TAG.dirindexes, idx) ?? 0);
    if (folder === path.slice(0, slash + 1) && header.text(TAG.basenames, idx) === base)
      return fileOf(header, idx);
  }
  return null;
}

function fileOf(header: RpmHeader, index: number): PackageFile {
  const epoch = header.number(TAG.epoch);
  const version = `${header.text(TAG.version) ?? ''}-${header.text(TAG.release) ?? ''}`;
  return {
    name: header.text(TAG.name) ?? '',
    version: epoch === null ? version : `${epoch}:${version}`,
    digest: digestOf(header, index),
  };
}

function digestOf(header: RpmHeader, index: number): PackageFile['digest'] {
  const algorithm = ALGORITHMS[header.number(TAG.digestAlgorithm) ?? 1];
  const hex = header.text(TAG.digests, index) ?? '';
  const changeable = ((header.number(TAG.flags, index) ?? 0) & (CONFIG | GHOST)) !== 0;
  if (algorithm === undefined || changeable || !/^[0-9a-f]{32,128}$/.test(hex)) return null;
  return { algorithm, hex };
}
