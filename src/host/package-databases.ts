import { existsSync } from 'node:fs';
import { DpkgDatabase } from './dpkg.ts';
import type { PackageDatabase } from './packages.ts';
import { RpmDatabase } from './rpm.ts';

/** Where distributions keep it; the older place may be a link to the newer one. */
const RPM = ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'var/lib/rpm/rpmdb.sqlite'];

/** The host's package database; null where it has none that we read. */
export function openPackages(root = '/'): PackageDatabase | null {
  // Debian's own may stand beside an rpm used for foreign packages; a real rpm system has no dpkg status.
  if (existsSync(`${root}var/lib/dpkg/status`)) return new DpkgDatabase(root);
  const path = RPM.map((name) => `${root}${name}`).find((name) => existsSync(name));
  return path === undefined ? null : new RpmDatabase(path, root);
}
