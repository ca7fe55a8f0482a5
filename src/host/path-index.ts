/** A list number takes this many values; with a 32-bit hash before it, it fits a double exactly. */
const LISTS = 2 ** 20;
/** 32 MiB; a large desktop has half a million paths. */
const MAX_PATHS = 4 << 20;

const LINE_END = 10;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Which lists may hold a path, in eight bytes a path: a hash (FNV-1a) and the number of the list, sorted. A hash may
 * lie, so the reader looks the line up in the list; texts of hundreds of thousands of paths are not kept.
 */
export class PathIndex {
  #keys = new Float64Array(1 << 12);
  #count = 0;
  #sorted = true;

  get size(): number {
    return this.#count;
  }

  /** Adds each line of the list. @param list below 2^20 */
  add(list: number, lines: Uint8Array): void {
    let hash = FNV_OFFSET;
    let length = 0;
    // By index: iterators take three times as long.
    for (let at = 0; at < lines.length; at++) {
      const byte = lines[at]!;
      if (byte === LINE_END) {
        if (length > 0) this.#put(hash, list);
        hash = FNV_OFFSET;
        length = 0;
      } else {
        hash = Math.imul(hash ^ byte, FNV_PRIME);
        length++;
      }
    }
    if (length > 0) this.#put(hash, list);
  }

  /** Lists that may have the path as a line. */
  listsOf(path: string): number[] {
    if (!this.#sorted) this.#sort();
    let hash = FNV_OFFSET;
    for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), FNV_PRIME);
    const least = (hash >>> 0) * LISTS;
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < least) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (; low < this.#count && this.#keys[low]! < least + LISTS; low++) found.push(this.#keys[low]! - least);
    return found;
  }

  #put(hash: number, list: number): void {
    if (this.#count >= MAX_PATHS) return;
    if (this.#count === this.#keys.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.#count++] = (hash >>> 0) * LISTS + list;
    this.#sorted = false;
  }

  #sort(): void {
    this.#keys = this.#keys.slice(0, this.#count).sort();
    this.#sorted = true;
  }
}
