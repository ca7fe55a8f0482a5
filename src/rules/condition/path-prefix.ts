/**
 * The `pmatch` operator: is one of these paths the value itself or a directory above it? Paths are compared by
 * component; a component may be a glob. Empty components do not count, so "/" is above everything.
 */
import { compileGlob } from './glob.ts';

interface Branch {
  ends: boolean;
  readonly exact: Map<string, Branch>;
  readonly globs: {
    readonly text: string;
    readonly test: (value: string) => boolean;
    readonly next: Branch;
  }[];
}

const newBranch = (): Branch => ({ ends: false, exact: new Map(), globs: [] });

/** Cost grows with the depth of the value's path and with globs met on the way, not with the number of paths. */
export function compilePathPrefixes(paths: readonly string[]): (value: string) => boolean {
  const root = newBranch();
  for (const path of paths) {
    let branch = root;
    for (const part of components(path)) branch = enter(branch, part);
    branch.ends = true;
  }
  return (value) => above(root, components(value), 0);
}

// Many rules ask about one path in a row.
let lastPath = '';
let lastComponents: readonly string[] = [];

function components(path: string): readonly string[] {
  if (path === lastPath) return lastComponents;
  lastPath = path;
  lastComponents = path.split('/').filter((part) => part !== '');
  return lastComponents;
}

function enter(branch: Branch, part: string): Branch {
  if (!/[*?[\\]/.test(part)) {
    const next = branch.exact.get(part) ?? newBranch();
    branch.exact.set(part, next);
    return next;
  }
  const known = branch.globs.find((glob) => glob.text === part);
  if (known !== undefined) return known.next;
  const next = newBranch();
  branch.globs.push({ text: part, test: compileGlob(part), next });
  return next;
}

function above(branch: Branch, parts: readonly string[], at: number): boolean {
  if (branch.ends) return true;
  const part = parts[at];
  if (part === undefined) return false;
  const exact = branch.exact.get(part);
  if (exact !== undefined && above(exact, parts, at + 1)) return true;
  return branch.globs.some((glob) => glob.test(part) && above(glob.next, parts, at + 1));
}
