import { Lru } from '../base/lru.ts';

/** Sockets whose last peer is remembered. */
const MAX_SOCKETS = 8192;

/**
 * The last peer of each socket without connection, so that a datagram to the same peer as before is told from one that
 * makes a new pair. Keyed by the inode of the socket, which no other living socket has.
 */
export class Peers {
  readonly #last = new Lru<bigint, string>(MAX_SOCKETS);

  /** True if the pair differs from the last one of this socket; then it is remembered. */
  isNew(ino: bigint, pair: string): boolean {
    if (this.#last.get(ino) === pair) return false;
    this.#last.set(ino, pair);
    return true;
  }
}
