/** What the probes tell people, beside what a hook’s own problem says. */
import type { Blocked } from './attacher.ts';
import type { Notice } from './probes-api.ts';

export const TAX = 'every system call of this host pays for it';

/** So many calls are named in a message. */
const NAMED_MAX = 20;

export function blockedNotice({ what, seconds }: Blocked, isOver: boolean): Notice {
  if (isOver)
    return { priority: 'Informational', text: `${what}: the kernel went on after ${Math.round(seconds)} s` };
  const why = 'before 6.9 it waits for containers that cannot end';
  return {
    priority: 'Warning',
    text: `the kernel does not ${what} for now (${why}); until it does, events come by the tracepoint`,
  };
}

/** @param calls that stay with the dispatcher, by name */
export function describeDispatched(calls: readonly string[]): string {
  const more = calls.length > NAMED_MAX ? ` and ${calls.length - NAMED_MAX} more` : '';
  const names = calls.slice(0, NAMED_MAX).join(', ') + more;
  return `the tracepoint goes on with what has no hook of its own, and ${TAX}: ${names}`;
}
