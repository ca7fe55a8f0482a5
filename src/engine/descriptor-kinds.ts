import { Interned } from '../base/interning.ts';

/** Spelling in fd.type and fd.typechar. */
export interface DescriptorKind {
  readonly type: Interned;
  readonly char: Interned;
}

const kind = (type: string, char: string): DescriptorKind => ({
  type: new Interned(type),
  char: new Interned(char),
});

export const KINDS: Readonly<Record<string, DescriptorKind>> = {
  file: kind('file', 'f'),
  directory: kind('directory', 'd'),
  ipv4: kind('ipv4', '4'),
  ipv6: kind('ipv6', '6'),
  unix: kind('unix', 'u'),
  pipe: kind('pipe', 'p'),
  event: kind('event', 'e'),
  signalfd: kind('signalfd', 's'),
  eventpoll: kind('eventpoll', 'l'),
  inotify: kind('inotify', 'i'),
  timerfd: kind('timerfd', 't'),
  netlink: kind('netlink', 'n'),
  bpf: kind('bpf', 'b'),
  userfaultfd: kind('userfaultfd', 'u'),
  io_uring: kind('io_uring', 'r'),
  memfd: kind('memfd', 'm'),
  pidfd: kind('pidfd', 'P'),
};
/** A kind without a name of its own prints as a missing value does. */
export const UNKNOWN = kind('<NA>', 'o');
