import { existsSync } from 'node:fs';
import { DpkgDatabase } from './dpkg.ts';
import type { PackageDatabase } from './packages.ts';

/** The host's package database; null where it has none that we read. */
export function openPackages(root = '/'): PackageDatabase | null {
  return existsSync(`${root}var/lib/dpkg/status`) ? new DpkgDatabase(root) : null;
}
