import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as sea from 'node:sea';

/** The two shared objects behind the FFI. */
export interface LibraryFiles {
  readonly library: string;
  readonly koffi: string;
  /** To be called once both are loaded. */
  done(): void;
}

const LIBRARY = 'libsaker.so';
const KOFFI = 'koffi.node';
const KOFFI_PACKAGE = `@koromix/koffi-linux-${process.arch}/linux_${process.arch}/${KOFFI}`;

function nothing(): void {}

/** Both in one folder, or koffi in the node_modules of a checkout whose build folder it is; null if not there. */
function filesIn(folder: string): LibraryFiles | null {
  const library = join(folder, LIBRARY);
  const koffi = [join(folder, KOFFI), join(folder, '../../node_modules', KOFFI_PACKAGE)].find(existsSync);
  return koffi !== undefined && existsSync(library) ? { library, koffi, done: nothing } : null;
}

/**
 * The binary carries both for a machine without the package. A loader wants files, so they are written to a folder
 * that only we can enter (mkdtemp: mode 0700, new name) and removed once they are loaded.
 */
function filesOfBinary(): LibraryFiles | null {
  if (!sea.isSea()) return null;
  const folder = mkdtempSync(join(tmpdir(), 'saker-'));
  const unpack = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, new Uint8Array(sea.getRawAsset(name)), { mode: 0o600, flag: 'wx' });
    return path;
  };
  const done = (): void => rmSync(folder, { recursive: true, force: true });
  return { library: unpack(LIBRARY), koffi: unpack(KOFFI), done };
}

/** A build tree when run from sources; else beside the binary: build/native, or ../lib/saker of the package. */
function usualFolders(): string[] {
  // A bundle has no import.meta.dirname.
  const source: string | undefined = import.meta.dirname;
  if (source !== undefined) return [join(source, '../../build/native')];
  const bin = dirname(process.execPath);
  return [join(bin, '../lib/saker'), join(bin, 'native')];
}

/** @throws Error naming the folders looked in */
export function findLibraryFiles(folder: string | null): LibraryFiles {
  const folders = folder === null ? usualFolders() : [folder];
  for (const candidate of folders) {
    const files = filesIn(candidate);
    if (files !== null) return files;
  }
  const carried = folder === null ? filesOfBinary() : null;
  if (carried !== null) return carried;
  throw new Error(`saker's native part (${LIBRARY}, ${KOFFI}) is missing in ${folders.join(' and ')}`);
}
