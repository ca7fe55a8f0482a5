import type { Mount, Probe } from './facts.ts';

/** Facts → field values in Falco's text forms. Pure; for the engine's getters and compiled arguments. */

/** `container.mount`: source:dest:mode:rdwr:propagation. */
export function mountText(mount: Mount): string {
  return `${mount.source}:${mount.dest}:${mount.mode}:${mount.rdwr}:${mount.propagation}`;
}

/** `container.mounts`, separated by commas. */
export function mountsText(mounts: readonly Mount[]): string {
  return mounts.map(mountText).join(',');
}

/** `container.labels`, `k8s.pod.labels`: what Kubernetes and runtimes note for themselves is left out. */
export function labelsText(labels: ReadonlyMap<string, string>): string {
  const shown: string[] = [];
  for (const [key, value] of labels) {
    if (key.startsWith('annotation.') || key.startsWith('io.kubernetes.')) continue;
    shown.push(value === '' ? key : `${key}:${value}`);
  }
  return shown.join(', ');
}

/** `container.healthcheck` and the probes' command lines; NONE for one that was switched off. */
export function probeText(probe: Probe): string {
  return probe.length === 0 ? 'NONE' : probe.join(' ');
}

/** `proc.is_container_healthcheck` and the like: does a process started like this run the probe? */
export function runsProbe(probe: Probe | null, args: readonly string[]): boolean {
  return (
    probe !== null &&
    probe.length > 0 &&
    probe.length === args.length &&
    probe.every((arg, at) => arg === args[at])
  );
}

/** What an argument of `container.mount.*[…]` picks; compiled once, when rules load. */
export type MountPicker = (mounts: readonly Mount[]) => Mount | null;

/**
 * @param arg a number counts mounts from 0; else a glob (`*`, `?`, `[…]`; a `*` matches `/` too, as fnmatch(3)
 *   without flags)
 * @param by whether the glob is for sources (all fields but one) or destinations (`container.mount.source`)
 */
export function mountPicker(arg: string, by: 'source' | 'dest'): MountPicker {
  if (/^\d{1,6}$/.test(arg)) return (mounts) => mounts[Number(arg)] ?? null;
  const fits = glob(arg);
  return (mounts) => mounts.find((mount) => fits(mount[by])) ?? null;
}

/** fnmatch(3) in time length(pattern) × length(text): rules and mounts both may be hostile. */
function glob(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(pattern);
  return (text) => {
    let [token, at, star, resume] = [0, 0, -1, 0];
    while (at < text.length) {
      const one = tokens[token];
      if (one === '*') {
        star = token++;
        resume = at;
      } else if (one?.(text[at]!)) {
        token++;
        at++;
      } else if (star >= 0) {
        // The last star takes one character more.
        token = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (tokens[token] === '*') token++;
    return token === tokens.length;
  };
}

type Token = '*' | ((char: string) => boolean);

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const close =
      char === '[' ? pattern.indexOf(']', at + 2 + (/[!^]/.test(pattern[at + 1] ?? '') ? 1 : 0)) : -1;
    if (char === '*') tokens.push('*');
    else if (char === '?') tokens.push(() => true);
    else if (close > 0) {
      tokens.push(bracket(pattern.slice(at + 1, close)));
      at = close;
    } else {
      const literal = char === '\\' && at + 1 < pattern.length ? pattern[++at]! : char;
      tokens.push((other) => other === literal);
    }
  }
  return tokens;
}

function bracket(inner: string): (char: string) => boolean {
  const negated = /^[!^]/.test(inner);
  const set = negated ? inner.slice(1) : inner;
  const has = (char: string): boolean => {
    for (let at = 0; at < set.length; at++) {
      const range = set[at + 1] === '-' && at + 2 < set.length;
      if (char >= set[at]! && char <= (range ? set[at + 2]! : set[at]!)) return true;
      if (range) at += 2;
    }
    return false;
  };
  return (char) => has(char) !== negated;
}

/** `k8s.pod.sandbox_id`. */
export function shortId(fullId: string | null): string | null {
  return fullId === null ? null : fullId.slice(0, 12);
}

/** The facts of `container.*` for a process of the host. */
export const HOST_CONTAINER = { id: 'host', fullId: 'host', name: 'host', type: 'host' } as const;
