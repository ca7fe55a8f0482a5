import type { PluginRequirement } from './items.ts';
import { parseVersion, satisfies } from './version.ts';

/**
 * Checks one `required_plugin_versions` entry: one of its alternatives must be loaded in a version that will do.
 * @param loaded name → version of the plugins whose work is available here
 * @returns what is missing, or null
 */
export function missingPlugin(
  requirement: PluginRequirement,
  loaded: Readonly<Record<string, string>>,
): string | null {
  for (const { name, version } of requirement.alternatives) {
    if (!Object.hasOwn(loaded, name)) continue;
    const have = parseVersion(loaded[name]!);
    const need = parseVersion(version);
    if (have === null) return `Plugin '${name}' has invalid version string '${loaded[name]}'`;
    if (need !== null && satisfies(have, need)) return null;
    return `Plugin '${name}' version '${loaded[name]}' is not compatible with required plugin version '${version}'`;
  }
  const wanted = requirement.alternatives.map(({ name, version }) => `${name} (>= ${version})`);
  return `Plugin requirement not satisfied, must load one of: ${wanted.join(', ')}`;
}
