import { lookup } from 'node:dns/promises';
import type { HostAddresses } from '../engine/host-names.ts';

/**
 * Names of hosts in the rules (fd.sip.name = example.org) → their addresses, kept fresh, as the host's own resolver
 * tells them: /etc/hosts, DNS, whatever nsswitch.conf names.
 */

/** A name is asked for again after this time, and after twice as long whenever nothing changed. */
const FIRST_MS = 10_000;
const LONGEST_MS = 320_000;
/** More addresses than this have only names that somebody made to hurt. */
const MAX_ADDRESSES = 256;

/** All addresses of a name; rejects with the code of getaddrinfo(3). */
export type Lookup = (name: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (name) => {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
};

interface Entry {
  /** Null before the first answer. */
  addresses: readonly string[] | null;
  everyMs: number;
  dueMs: number;
}

export interface HostNameOptions {
  /** Called with everything that is known whenever something changed. */
  readonly changed: (all: HostAddresses) => void;
  readonly lookup?: Lookup;
  /** A monotonic clock, ms. */
  readonly now?: () => number;
}

export class HostNameWatch {
  readonly #changed: (all: HostAddresses) => void;
  readonly #lookup: Lookup;
  readonly #now: () => number;
  #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | null = null;
  #asking = false;

  constructor({ changed, lookup: ask = systemLookup, now = () => performance.now() }: HostNameOptions) {
    this.#changed = changed;
    this.#lookup = ask;
    this.#now = now;
  }

  /** These names from now on; what is known of them stays. */
  follow(names: ReadonlySet<string>): void {
    const before = this.#entries;
    this.#entries = new Map(
      [...names].map((name) => [
        name,
        before.get(name) ?? { addresses: null, everyMs: FIRST_MS, dueMs: this.#now() },
      ]),
    );
    if (before.size > 0) this.#tell();
    void this.round();
  }

  stop(): void {
    this.#entries.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Asks for all names that are due, one after another: a slow resolver takes one thread of Node's pool, not all. */
  async round(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    let changed = false;
    for (const [name, entry] of this.#entries) {
      if (entry.dueMs <= this.#now()) changed = (await this.#refresh(name, entry)) || changed;
    }
    this.#asking = false;
    if (changed) this.#tell();
    this.#schedule();
  }

  /** True if the addresses are others than before. */
  async #refresh(name: string, entry: Entry): Promise<boolean> {
    const found = await this.#ask(name);
    const changed = found !== null && found.join() !== entry.addresses?.join();
    if (found !== null) entry.addresses = found;
    entry.everyMs = changed ? FIRST_MS : Math.min(entry.everyMs * 2, LONGEST_MS);
    entry.dueMs = this.#now() + entry.everyMs;
    return changed;
  }

  /** Sorted, so that answers in another order are the same; null when nobody could be asked. */
  async #ask(name: string): Promise<readonly string[] | null> {
    try {
      return [...new Set(await this.#lookup(name))].sort().slice(0, MAX_ADDRESSES);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOTFOUND' ? [] : null;
    }
  }

  #tell(): void {
    const known = [...this.#entries].flatMap(([name, { addresses }]) =>
      addresses === null ? [] : [[name, addresses] as const],
    );
    this.#changed(new Map(known));
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#entries.size === 0) return;
    const next = Math.min(...[...this.#entries.values()].map(({ dueMs }) => dueMs));
    const wait = Math.max(100, next - this.#now());
    this.#timer = setTimeout(() => void this.round(), wait).unref();
  }
}
