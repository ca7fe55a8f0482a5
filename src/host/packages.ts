import { statSync } from 'node:fs';

/** The package that installed a file. Byte texts. */
export interface PackageFile {
  readonly name: string;
  /** As the package manager prints it: `1:9.2p1-2+deb12u7`, `2.34-100.el9`. */
  readonly version: string;
  /** Of the content as installed; null where the package keeps none: configuration, generated files. */
  readonly digest: FileDigest | null;
}

export interface FileDigest {
  /** As OpenSSL names it. */
  readonly algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  readonly hex: string;
}

/** `none`: no package has it. Null: this cannot be told now. */
export type Ownership = PackageFile | 'none' | null;

/** Read without child processes and without locks; whoever may write the database, root, may lie in it. */
export interface PackageDatabase {
  /** @param path absolute, as the kernel resolved it; byte text */
  owner(path: string): Ownership;
  /** Changes when answers may have; asking looks after changes, at most once a second. */
  readonly generation: number;
}

/** Changes with every way of replacing or editing a file; empty when there is none. */
export function fileStamp(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return '';
  }
}
