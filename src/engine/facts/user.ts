import type { Getter } from '../../rules/facts.ts';
import { LOGINUID_UNSET } from '../../state/index.ts';
import type { Event } from '../event.ts';

/** user.* and group.*: effective ids of the event's thread, names from the passwd and group files of its system. */

export const userFacts: Readonly<Record<string, () => Getter<Event>>> = {
  'user.uid': () => (event) => event.uid,
  'user.name': () => (event) => event.users.userName(event.uid),
  'user.homedir': () => (event) => event.users.homedir(event.uid),
  'user.shell': () => (event) => event.users.shell(event.uid),
  // Rules know "not set" as -1.
  'user.loginuid': () => (event) => {
    const uid = event.process?.loginuid ?? LOGINUID_UNSET;
    return uid === LOGINUID_UNSET ? -1 : uid;
  },
  // Logins are the host's.
  'user.loginname': () => (event) => event.hostUsers.userName(event.process?.loginuid ?? LOGINUID_UNSET),
  'group.gid': () => (event) => event.gid,
  'group.name': () => (event) => event.users.groupName(event.gid),
};
