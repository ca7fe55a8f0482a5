import { Interned } from '../base/interning.ts';

/**
 * Names of files as rules see them: absolute and free of `.`, `..` and doubled slashes, by text alone (no symlink
 * is followed: that is what the kernel's own name is for). Byte text in, byte text out.
 */

/** Texts whose absolute form is remembered; many opens share few names. */
const MEMORY = 8192;

const NEEDS_WORK = /\/\/|\/\.(?:\/|$)|\/\.\.(?:\/|$)|.\/$/;

/** The path in normal form. A path that does not start with `/` has no meaning on its own and is returned as it is. */
export function normalPath(path: string): string {
  if (!path.startsWith('/') || !NEEDS_WORK.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Last component, `shadow` of `/etc/shadow`. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All before the last component, `/etc` of `/etc/shadow` and `/` of `/shadow`. */
export function directoryName(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** Remembers what was made of a text, for a bounded number of texts. */
export class Derived {
  readonly #derive: (text: string) => string;
  #known = new Map<Interned, Interned>();

  constructor(derive: (text: string) => string) {
    this.#derive = derive;
  }

  of(source: Interned): Interned {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const text = this.#derive(source.text);
    const made = text === source.text ? source : new Interned(text);
    if (this.#known.size >= MEMORY) this.#known = new Map();
    this.#known.set(source, made);
    return made;
  }
}
