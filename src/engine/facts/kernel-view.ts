import type { Interned } from '../../base/interning.ts';
import type { Getter } from '../../rules/facts.ts';
import { FLAG_IO_URING } from '../../schema/record.generated.ts';
import { reachable } from '../apply.ts';
import type { Event } from '../event.ts';

/** What only the kernel's side of an event tells: how it was done, and where a name really led. */

const known = (text: Interned): Interned | null => (text.text === '' ? null : text);

function resolved({ isOpen, isExec, isCall, ret, record, process }: Event): Interned | null {
  if (isOpen) return known(reachable(record.open.path, record.open.pathFlags));
  if (isCall) return known(reachable(record.call.path, record.call.pathFlags));
  return isExec && ret >= 0 && process !== null ? known(process.exepath) : null;
}

export const kernelViewFacts: Readonly<Record<string, () => Getter<Event>>> = {
  'evt.is_io_uring':
    () =>
    ({ record }) =>
      (record.flags & FLAG_IO_URING) !== 0,
  'fs.path.resolved': () => resolved,
};
