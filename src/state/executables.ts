import { Interned } from '../base/interning.ts';
import { Lru } from '../base/lru.ts';
import {
  closeExe,
  digestOf,
  type ExeFile,
  type FileIdentity,
  hostProcess,
  identityOf,
  type Ownership,
  openInRoot,
  openRunning,
  type PackageDatabase,
} from '../host/index.ts';
import type { Process } from './process.ts';

/** Larger files have no digest: at the half a GiB a second of a slow machine this holds up the events for 1/8 s. */
export const MAX_DIGEST_BYTES = 64 << 20;
/** Read for digests in one second of event time; beyond it, digests are missing rather than events late. */
const BYTES_PER_SECOND = 128 << 20;
/** Files looked at in one second of event time; each costs some ten system calls. */
const LOOKS_PER_SECOND = 200;
/** Files whose digests and owners are remembered, some 300 bytes each. */
const MAX_FILES = 4096;

/** Who installed the executable. `owner` null: it cannot be told. */
interface Owned {
  readonly generation: number;
  readonly owner: Ownership;
  readonly name: Interned | null;
  readonly version: Interned | null;
}

const NOBODY = { name: '', version: '' };
const UNKNOWN: Owned = { generation: 0, owner: null, name: null, version: null };

/**
 * Facts of executed files that take reading them, or the package database: found when somebody asks, then kept for
 * every process that executes the same inode in the same state (device, number, times: any write changes them).
 */
export class Executables {
  readonly #packages: PackageDatabase | null;
  readonly #startTicks: (pid: number) => number | null;
  readonly #digests = new Lru<string, Interned>(MAX_FILES);
  readonly #owners = new Lru<string, Owned>(MAX_FILES);
  readonly #host = hostProcess();
  #second = 0;
  #bytesLeft = BYTES_PER_SECOND;
  #looksLeft = LOOKS_PER_SECOND;

  /** @param startTicks start of a process, the proof that a pid is still the same process */
  constructor(packages: PackageDatabase | null, startTicks: (pid: number) => number | null) {
    this.#packages = packages;
    this.#startTicks = startTicks;
  }

  /** In hexadecimal; null when the file is gone, too large, or too much was read in this second. */
  digest(process: Process, algorithm: string, nowNs: number): Interned | null {
    const key = keyOf(process, algorithm);
    const known = key === null ? undefined : this.#digests.get(key);
    if (known !== undefined) return known;
    return this.#look(process, nowNs, (file) => {
      const { stat } = file;
      const exact = key ?? textOf(identityOf(file), algorithm);
      const read = this.#digests.get(exact);
      if (read !== undefined) return read;
      if (stat.size > MAX_DIGEST_BYTES || stat.size > this.#bytesLeft) return null;
      this.#bytesLeft -= Number(stat.size);
      const hex = digestOf(file, algorithm, MAX_DIGEST_BYTES);
      if (hex === null) return null;
      const made = new Interned(hex);
      this.#digests.set(exact, made);
      return made;
    });
  }

  packageName(process: Process, nowNs: number): Interned | null {
    return this.#owned(process, nowNs).name;
  }

  packageVersion(process: Process, nowNs: number): Interned | null {
    return this.#owned(process, nowNs).version;
  }

  /** Whether a package of the host has the executable; null when that cannot be told. */
  isPackaged(process: Process, nowNs: number): boolean | null {
    const { owner } = this.#owned(process, nowNs);
    return owner === null ? null : owner !== 'none';
  }

  /** Whether the content is not what the package installed; null when the package keeps no digest of it. */
  isChanged(process: Process, nowNs: number): boolean | null {
    const { owner } = this.#owned(process, nowNs);
    if (owner === null || owner === 'none' || owner.digest === null) return null;
    const digest = this.digest(process, owner.digest.algorithm, nowNs);
    return digest === null ? null : digest.text !== owner.digest.hex;
  }

  #owned(process: Process, nowNs: number): Owned {
    const packages = this.#packages;
    if (packages === null) return UNKNOWN;
    const { exepath, mntNs, exeFromMemfd } = process.image;
    const key = keyOf(process, `${mntNs}:${exepath.text}`);
    const known = key === null ? undefined : this.#owners.get(key);
    if (known !== undefined && known.generation === packages.generation) return known;
    const isThere = exeFromMemfd ? false : this.#isHostsFile(process, nowNs);
    const owner = exeFromMemfd ? 'none' : this.#owner(packages, process, isThere);
    const { name, version } = owner === null || owner === 'none' ? NOBODY : owner;
    const owned = {
      generation: packages.generation,
      owner,
      name: name === '' ? null : new Interned(name),
      version: version === '' ? null : new Interned(version),
    };
    // What may be told a moment later is asked again; that it is another system's file stays so.
    if (key !== null && (owner !== null || isThere === false)) this.#owners.set(key, owned);
    return owned;
  }

  /**
   * A package has files of the host's root. Whether a process sees that root shows in the file: it must be the one that
   * the path leads to from there, or a container's /bin/ls would be the host's.
   * @returns null when the file was not found, or not now
   */
  #isHostsFile(process: Process, nowNs: number): boolean | null {
    return this.#look(process, nowNs, (file) => {
      const there = openInRoot(this.#host.pid, process.exepath.text, identityOf(file));
      if (there !== null) closeExe(there);
      return there !== null;
    });
  }

  /** When the file is not where its path leads, only "none" is sure, and only in the host's own mount namespace. */
  #owner(packages: PackageDatabase, { image }: Process, isThere: boolean | null): Ownership {
    const path = image.exepath.text;
    if (isThere === true) return packages.owner(path);
    const sameMounts = image.mntNs !== 0 && image.mntNs === this.#host.mountNamespace;
    return sameMounts && path.startsWith('/') && packages.owner(path) === 'none' ? 'none' : null;
  }

  /** Finds the executed file and lets `use` look at it. Null when it is not to be found, or not now. */
  #look<T>(process: Process, nowNs: number, use: (file: ExeFile) => T | null): T | null {
    const second = Math.floor(nowNs / 1e9);
    if (second !== this.#second) {
      this.#second = second;
      this.#bytesLeft = BYTES_PER_SECOND;
      this.#looksLeft = LOOKS_PER_SECOND;
    }
    if (this.#looksLeft-- <= 0) return null;
    const file = this.#open(process);
    if (file === null) return null;
    try {
      return use(file);
    } finally {
      closeExe(file);
    }
  }

  /** By the kernel's reference while the process lives, else by its path as its parent or the host sees it. */
  #open(process: Process): ExeFile | null {
    const identity = identityOfImage(process);
    const running = process.ended ? null : openRunning(process.pid, identity);
    if (running !== null && (identity !== null || this.#isStill(process))) return running;
    if (running !== null) closeExe(running);
    if (identity === null) return null;
    const { parent, exepath } = process;
    const inParent = parent === null || parent.ended ? null : openInRoot(parent.pid, exepath.text, identity);
    return inParent ?? openInRoot(this.#host.pid, exepath.text, identity);
  }

  /** /proc gives start times in hundredths of a second. */
  #isStill({ pid, startNs }: Process): boolean {
    const ticks = this.#startTicks(pid);
    return ticks !== null && Math.abs(ticks * 1e7 - startNs) <= 2e7;
  }
}

/** Null when the process was read from /proc, which tells no inode. */
function identityOfImage({ image }: Process): FileIdentity | null {
  const { exeDev: dev, exeIno: ino, exeCtime: ctimeNs, exeMtime: mtimeNs, exeFromMemfd: memfd } = image;
  return ino === 0n ? null : { dev, ino, ctimeNs, mtimeNs, memfd };
}

function keyOf(process: Process, what: string): string | null {
  const identity = identityOfImage(process);
  return identity === null ? null : textOf(identity, what);
}

const textOf = ({ dev, ino, ctimeNs, mtimeNs }: FileIdentity, what: string): string =>
  `${dev}:${ino}:${ctimeNs}:${mtimeNs}:${what}`;
