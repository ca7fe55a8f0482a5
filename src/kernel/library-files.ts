import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as sea from 'node:sea';
import { BrokenInstallError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';

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

/**
 * Whether root may load code from this file: it and every folder above it belong to root, and nobody else may write
 * there. A binary that was copied to /tmp must not load what somebody else put beside it.
 */
function isOnlyRoots(path: string): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if (uid !== 0 || (mode & 0o022) !== 0) return false;
    if (at === '/') return true;
  }
}

/** A build tree when run from sources; for the binary the package's ../lib/saker, if it is to be trusted. */
function usualFolders(): string[] {
  // A bundle has no import.meta.dirname.
  const source: string | undefined = import.meta.dirname;
  if (source !== undefined) return [join(source, '../../build/native')];
  const folder = join(dirname(process.execPath), '../lib/saker');
  const trusted = [LIBRARY, KOFFI].every((name) => {
    const file = join(folder, name);
    return existsSync(file) && isOnlyRoots(file);
  });
  return trusted ? [folder] : [];
}

/** What to do when parts of saker do not fit each other. */
export const MEND = sea.isSea() ? 'install the package again' : 'run "npm run build"';

/** @throws BrokenInstallError naming the folders looked in */
export function findLibraryFiles(folder: string | null): LibraryFiles {
  const folders = folder === null ? usualFolders() : [folder];
  for (const candidate of folders) {
    const files = filesIn(candidate);
    if (files !== null) return files;
  }
  const carried = folder === null ? filesOfBinary() : null;
  if (carried !== null) return carried;
  const places = printable(folders.join(' and '));
  throw new BrokenInstallError(`the native part (${LIBRARY}, ${KOFFI}) is missing in ${places}: ${MEND}`);
}
