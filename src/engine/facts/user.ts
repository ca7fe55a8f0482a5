import type { Getter } from '../../rules/facts.ts';
import type { Event } from '../event.ts';

/** user.* and group.*: effective ids of the event's thread, names from the host's passwd and group files. */

/** The kernel's "not set" of an audit login uid; rules know it as -1. */
const UNSET = 0xffffffff;

export const userFacts: Readonly<Record<string, () => Getter<Event>>> = {
  'user.uid': () => (event) => event.uid,
  'user.name': () => (event) => event.users.userName(event.uid),
  'user.homedir': () => (event) => event.users.homedir(event.uid),
  'user.shell': () => (event) => event.users.shell(event.uid),
  'user.loginuid': () => (event) => {
    const uid = event.process?.loginuid ?? UNSET;
    return uid === UNSET ? -1 : uid;
  },
  'user.loginname': () => (event) => {
    const uid = event.process?.loginuid ?? UNSET;
    return uid === UNSET ? null : event.users.userName(uid);
  },
  'group.gid': () => (event) => event.gid,
  'group.name': () => (event) => event.users.groupName(event.gid),
};
