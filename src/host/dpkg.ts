import { readdirSync } from 'node:fs';
import { readBounded } from './files.ts';
import { MergedUsr } from './merged-usr.ts';
import { fileStamp, type Ownership, type PackageDatabase, type PackageFile } from './packages.ts';
import { PathIndex } from './path-index.ts';

/** Largest list of a package; linux-headers have 1 MiB. */
const LIST_BYTES = 32 << 20;
const STATUS_BYTES = 64 << 20;
const MAX_LISTS = 100_000;
const RECHECK_MS = 1000;
/** The index takes some 60 ms for 130,000 paths, and a running apt changes the database all the time. */
const REBUILD_MS = 5000;

interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package whose file stays at `from`; `:` for one made by hand. */
  readonly by: string;
}

/**
 * Debian's package database, deb(5), dpkg(1): info/NAME.list has the paths of a package, info/NAME.md5sums their
 * digests, `diversions` the paths of which one package's file was moved away for another's.
 */
export class DpkgDatabase implements PackageDatabase {
  readonly #root: string;
  readonly #folder: string;
  readonly #nowMs: () => number;
  #generation = 0;
  #stamp = '';
  #wanted = '';
  #checkedMs = Number.NEGATIVE_INFINITY;
  #builtMs = Number.NEGATIVE_INFINITY;
  #index = new PathIndex();
  /** Package names as the lists are called: `coreutils`, `libc6:amd64`. */
  #lists: readonly string[] = [];
  #usr: MergedUsr;
  #diversions: readonly Diversion[] = [];

  /** @param nowMs a monotonic clock in ms */
  constructor(root = '/', nowMs: () => number = () => performance.now()) {
    this.#root = root;
    this.#folder = `${root}var/lib/dpkg`;
    this.#nowMs = nowMs;
    this.#usr = new MergedUsr(root);
  }

  get generation(): number {
    this.#refresh();
    return this.#generation;
  }

  owner(path: string): Ownership {
    const fresh = this.#refresh();
    // A line end would make two lines of one name, and a list has none.
    if (this.#lists.length === 0 || path.includes('\n')) return null;
    const found = this.#find(this.#usr.resolved(path));
    // A package that is being installed is not in an index from before.
    return found ?? (fresh ? 'none' : null);
  }

  #find(path: string): PackageFile | null {
    const away = this.#diversions.find(({ to }) => to === path);
    const here = this.#diversions.find(({ from }) => from === path);
    for (const spelling of this.#usr.spellings(away?.from ?? path)) {
      for (const number of this.#index.listsOf(spelling)) {
        const list = this.#lists[number]!;
        const name = list.split(':', 1)[0]!;
        if (away !== undefined ? name === away.by : here !== undefined && name !== here.by) continue;
        const lines = readBounded(`${this.#folder}/info/${list}.list`, LIST_BYTES);
        if (lines === null || !hasLine(lines, spelling)) continue;
        return { name, version: this.#version(list), digest: this.#digest(list, spelling) };
      }
    }
    return null;
  }

  #digest(list: string, path: string): PackageFile['digest'] {
    const sums = readBounded(`${this.#folder}/info/${list}.md5sums`, LIST_BYTES);
    const at = sums?.indexOf(`  ${path.slice(1)}\n`, 0, 'latin1') ?? -1;
    if (sums === null || at < 32 || (at > 32 && sums[at - 33] !== 10)) return null;
    const hex = sums.toString('latin1', at - 32, at);
    return /^[0-9a-f]{32}$/.test(hex) ? { algorithm: 'md5', hex } : null;
  }

  /** Empty when the status file does not tell. */
  #version(list: string): string {
    const status = readBounded(`${this.#folder}/status`, STATUS_BYTES)?.toString('latin1') ?? '';
    const [name = '', architecture] = list.split(':');
    for (let at = 0; ; at++) {
      at =
        at === 0 && status.startsWith(`Package: ${name}\n`)
          ? 0
          : status.indexOf(`\n\nPackage: ${name}\n`, at);
      if (at < 0) return '';
      const end = status.indexOf('\n\n', at + 2);
      const stanza = status.slice(at, end < 0 ? undefined : end);
      if (architecture !== undefined && !stanza.includes(`\nArchitecture: ${architecture}\n`)) continue;
      return /^Version: (\S+)$/m.exec(stanza)?.[1] ?? '';
    }
  }

  /** @returns whether the index is that of the present database */
  #refresh(): boolean {
    const now = this.#nowMs();
    if (now - this.#checkedMs >= RECHECK_MS) {
      this.#checkedMs = now;
      // `info` changes when a list is renamed into place, `status` at the end of a run.
      this.#wanted = ['info', 'status', 'diversions']
        .map((name) => fileStamp(`${this.#folder}/${name}`))
        .join();
    }
    if (this.#wanted !== this.#stamp && now - this.#builtMs >= REBUILD_MS) this.#build();
    return this.#wanted === this.#stamp;
  }

  #build(): void {
    this.#generation++;
    this.#stamp = this.#wanted;
    const lists = listNames(`${this.#folder}/info`);
    const index = new PathIndex();
    for (const [number, list] of lists.entries()) {
      index.add(number, readBounded(`${this.#folder}/info/${list}.list`, LIST_BYTES) ?? Buffer.alloc(0));
    }
    this.#usr = new MergedUsr(this.#root);
    const diverted = readBounded(`${this.#folder}/diversions`, LIST_BYTES)?.toString('latin1') ?? '';
    this.#diversions = parseDiversions(diverted).map(({ from, to, by }) => ({
      from: this.#usr.resolved(from),
      to: this.#usr.resolved(to),
      by,
    }));
    this.#lists = lists;
    this.#index = index;
    this.#builtMs = this.#nowMs();
  }
}

/** Three lines each: name, name it was moved to, package it was moved for. */
function parseDiversions(text: string): Diversion[] {
  const lines = text.split('\n');
  const found: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    found.push({ from: lines[at]!, to: lines[at + 1]!, by: lines[at + 2]! });
  }
  return found;
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?\.list$/.test(name))
      .map((name) => name.slice(0, -'.list'.length))
      .slice(0, MAX_LISTS);
  } catch {
    return [];
  }
}

function hasLine(lines: Buffer, line: string): boolean {
  for (let at = lines.indexOf(line, 0, 'latin1'); at >= 0; at = lines.indexOf(line, at + 1, 'latin1')) {
    const end = at + line.length;
    if ((at === 0 || lines[at - 1] === 10) && (end === lines.length || lines[end] === 10)) return true;
  }
  return false;
}
