/** Opens for the guard of names: what is opened, and what rules ask for. */
import type { OpenGuard } from '../../../src/schema/open-guard.ts';

/** Arguments of the action `open-each`: `cd:` changes the directory, all else is opened for reading. */
export const OPENED: readonly string[] = [
  ...['/etc/passwd', '/etc/group', '/etc/hosts', '/etc/./hostname', '/etc//issue', '/etc/../etc/fstab'],
  ...['/usr/bin/env', '/usr/bin/../bin/bash', '/bin/cat', '/usr/lib/os-release', '/', '/etc', '/usr/bin/'],
  ...[
    '/proc/self/status',
    '/proc/self/root/etc/profile',
    '/dev/null',
    '/tmp/smoke/link',
    '/tmp/smoke/target',
  ],
  ...['cd:/etc', 'passwd', './group', '../etc/hosts', 'hostname', '/etc/nowhere', 'nowhere', '.nowhere'],
  ...[
    'cd:/usr/bin',
    'env',
    'bash',
    'cd:/',
    'etc/passwd',
    'usr/bin/env',
    'bin/cat',
    'cd:/tmp/smoke',
    'link',
    'target',
  ],
  '/tmp/smoke/a-name-of-more-than-twenty-four-bytes/and/another-one-of-more-than-twenty-four-bytes/x',
];

const ALL = new Set(['read', 'write', 'failed'] as const);
const asks = (...tests: string[]): OpenGuard => [
  { kinds: ALL, names: tests.map((test) => ({ text: test.slice(1), exact: test.startsWith('=') })) },
];

/** `=` before a whole name, `^` before a beginning. */
export const GUARDS: Readonly<Record<string, readonly string[]>> = {
  'whole-names': ['=/etc/passwd', '=/usr/bin/env', '=/tmp/smoke/target', '=/etc/nowhere', '=/'],
  beginnings: ['^/etc/host', '^/usr/lib/os-release', '^/tmp/smoke/link', '^/bin', '^/proc/self/root/etc/'],
  'links-and-dots': ['=/etc/fstab', '=/etc/issue', '=/etc/profile', '=/usr/bin/bash', '=/tmp/smoke/link'],
  nothing: ['=/nobody/opens/this'],
};

export const guardOf = (name: string): OpenGuard => asks(...(GUARDS[name] ?? []));

/** Absolute and without `.` and `..`, as rules know it. */
export function normalName(name: string, base: string): string {
  const parts: string[] = [];
  for (const part of (name.startsWith('/') ? name : `${base}/${name}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function isAsked(guard: string, names: readonly string[]): boolean {
  return (GUARDS[guard] ?? []).some((test) =>
    names.some((name) => (test.startsWith('=') ? name === test.slice(1) : name.startsWith(test.slice(1)))),
  );
}
