/** Versions of the form `major.minor.patch`; text behind the third number is ignored, as Falco does. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The rule language spoken here: that of Falco 0.44.1. */
export const ENGINE_VERSION: Version = { major: 0, minor: 62, patch: 0 };

export function parseVersion(text: string): Version | null {
  const match = /^\s*(\d{1,10})\.(\d{1,10})\.(\d{1,10})/.exec(text);
  return match && { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

export const printVersion = (version: Version): string =>
  `${version.major}.${version.minor}.${version.patch}`;

export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Same major number and not older. */
export function satisfies(present: Version, required: Version): boolean {
  return present.major === required.major && compareVersions(present, required) >= 0;
}
