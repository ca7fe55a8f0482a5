/**
 * A reader of BTF, the type description that the kernel and compiled BPF objects carry
 * (Documentation/bpf/btf.rst). Tells where the members of our record lie (scripts/generate-record.ts) and what an object
 * holds (tests); at a start native/types.c reads the kernel's. Pure: bytes in, answers out.
 */

const MAGIC = 0xeb9f;
const KIND = { INT: 1, ARRAY: 3, STRUCT: 4, UNION: 5, ENUM: 6, FUNC: 12, FUNC_PROTO: 13, VAR: 14 } as const;
const KIND_DATASEC = 15;
const KIND_DECL_TAG = 17;
const KIND_ENUM64 = 19;

export interface Member {
  readonly name: string;
  /** Offset in bytes. */
  readonly offset: number;
}

export interface Struct {
  readonly sizeBytes: number;
  readonly members: readonly Member[];
}

/** Bytes that follow the common 12-byte type header, by kind. */
function extraBytes(kind: number, count: number): number {
  if (kind === KIND.INT || kind === KIND.VAR || kind === KIND_DECL_TAG) return 4;
  if (kind === KIND.ARRAY) return 12;
  if (kind === KIND.STRUCT || kind === KIND.UNION || kind === KIND_DATASEC || kind === KIND_ENUM64)
    return 12 * count;
  if (kind === KIND.ENUM || kind === KIND.FUNC_PROTO) return 8 * count;
  return 0;
}

export class Btf {
  readonly #view: DataView;
  readonly #bytes: Buffer;
  readonly #types: number;
  readonly #typesEnd: number;
  readonly #strings: number;

  /** @param bytes a raw .BTF section, such as /sys/kernel/btf/vmlinux. @throws Error if it is not BTF */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 24 || this.#view.getUint16(0, true) !== MAGIC) throw new Error('not BTF data');
    const header = this.#view.getUint32(4, true);
    this.#types = header + this.#view.getUint32(8, true);
    this.#typesEnd = this.#types + this.#view.getUint32(12, true);
    this.#strings = header + this.#view.getUint32(16, true);
    if (this.#typesEnd > bytes.length || this.#strings + this.#view.getUint32(20, true) > bytes.length)
      throw new Error('BTF data is cut short');
  }

  #text(offset: number): string {
    const start = this.#strings + offset;
    const end = this.#bytes.indexOf(0, start);
    return this.#bytes.toString('latin1', start, end < 0 ? start : end);
  }

  /** Visits every type: position of its header, kind, number of members. */
  #walk(visit: (at: number, kind: number, count: number) => void): void {
    for (let at = this.#types; at + 12 <= this.#typesEnd; ) {
      const info = this.#view.getUint32(at + 4, true);
      const kind = (info >>> 24) & 0x1f;
      const count = info & 0xffff;
      visit(at, kind, count);
      at += 12 + extraBytes(kind, count);
    }
  }

  /** The first four bytes of a name, and of what follows a shorter one. */
  #head(offset: number): number {
    const at = this.#strings + offset;
    return at + 4 <= this.#bytes.length ? this.#view.getUint32(at, true) : 0;
  }

  /** Those of the asked names that are functions of the kernel; each has four characters or more. */
  functions(wanted: ReadonlySet<string>): Set<string> {
    const found = new Set<string>();
    // A kernel has 60,000 functions: only names that begin like a wanted one become strings.
    const heads = new Set([...wanted].map((name) => Buffer.from(name, 'latin1').readUInt32LE()));
    this.#walk((at, kind) => {
      if (kind !== KIND.FUNC) return;
      const offset = this.#view.getUint32(at, true);
      if (!heads.has(this.#head(offset))) return;
      const name = this.#text(offset);
      if (wanted.has(name)) found.add(name);
    });
    return found;
  }

  /** Structs whose name starts with the prefix; only members on byte borders. */
  structs(prefix: string): Map<string, Struct> {
    const found = new Map<string, Struct>();
    this.#walk((at, kind, count) => {
      if (kind !== KIND.STRUCT) return;
      const name = this.#text(this.#view.getUint32(at, true));
      if (!name.startsWith(prefix)) return;
      const members: Member[] = [];
      for (let i = 0, m = at + 12; i < count; i++, m += 12)
        members.push({
          name: this.#text(this.#view.getUint32(m, true)),
          offset: this.#view.getUint32(m + 8, true) >>> 3,
        });
      found.set(name, { sizeBytes: this.#view.getUint32(at + 8, true), members });
    });
    return found;
  }

  /** Enums whose name starts with the prefix, with their values in order. */
  enums(prefix: string): Map<string, [name: string, value: number][]> {
    const found = new Map<string, [string, number][]>();
    this.#walk((at, kind, count) => {
      if (kind !== KIND.ENUM) return;
      const name = this.#text(this.#view.getUint32(at, true));
      if (!name.startsWith(prefix)) return;
      const values: [string, number][] = [];
      for (let i = 0, v = at + 12; i < count; i++, v += 8)
        values.push([this.#text(this.#view.getUint32(v, true)), this.#view.getInt32(v + 4, true)]);
      found.set(name, values);
    });
    return found;
  }
}

/** The .BTF section of a 64-bit little-endian ELF object. @throws Error if there is none */
export function btfSection(elf: Uint8Array): Uint8Array {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  if (elf.length < 64 || view.getUint32(0, false) !== 0x7f454c46) throw new Error('not an ELF object');
  const table = Number(view.getBigUint64(40, true));
  const entry = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  const at = (index: number) => table + index * entry;
  const offset = (index: number) => Number(view.getBigUint64(at(index) + 24, true));
  const names = offset(view.getUint16(62, true));
  for (let i = 0; i < count; i++) {
    const start = names + view.getUint32(at(i), true);
    const name = Buffer.from(elf.subarray(start, elf.indexOf(0, start))).toString('latin1');
    if (name === '.BTF')
      return elf.subarray(offset(i), offset(i) + Number(view.getBigUint64(at(i) + 32, true)));
  }
  throw new Error('the object has no .BTF section');
}
