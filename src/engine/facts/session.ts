import { Texts } from '../../base/texts.ts';
import type { Value } from '../../rules/facts.ts';
import type { LoginSession, Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { describeFound } from '../socket.ts';
import { MAX_ANCESTORS, own, type Table } from './process.ts';
import { unitsOf } from './unit.ts';

/** proc.session.* and proc.ssh.*: the login that a process comes from. */

const texts = new Texts(4096);

/**
 * The session whose scope the process is in, as sd_pid_get_session(3) finds it. Where there is none (a service started
 * by hand from a login, a process moved elsewhere), the audit session, which a process cannot shed, if logind knows it.
 */
function sessionOf(process: Process, event: Event): LoginSession | null {
  const { sessions } = event.machine;
  const id = unitsOf(process, event).session;
  const ofScope = id === null ? null : sessions.get(id.text);
  if (ofScope !== null) return ofScope;
  const audit = auditSession(process, event);
  const found = audit < 0 ? null : sessions.get(String(audit));
  return found?.audit === audit ? found : null;
}

/** That of a process that has ended is its parent's: it is inherited, and set only by the program that logs in. -1: none. */
function auditSession(process: Process, event: Event): number {
  let at: Process | null = process;
  for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
    const audit = event.details.auditSession(at, event.bootNs);
    if (audit !== null) return audit;
  }
  return -1;
}

const session = (get: (session: LoginSession) => Value | null) =>
  own((process, event) => {
    const found = sessionOf(process, event);
    return found === null ? null : get(found);
  });

type TextOf = {
  [K in keyof LoginSession]: LoginSession[K] extends string | null ? K : never;
}[keyof LoginSession];

const text = (key: TextOf) =>
  session((found) => {
    const value = found[key];
    return value === null ? null : texts.of(value);
  });

/** Where distributions install OpenSSH's server; since 9.8 each connection has a program of its own. */
const SSHD = new Set([
  '/usr/sbin/sshd',
  '/usr/lib/openssh/sshd-session',
  '/usr/lib/ssh/sshd-session',
  '/usr/libexec/openssh/sshd-session',
  '/usr/libexec/sshd-session',
]);
/** sshd holds the connection as one of its first descriptors. */
const MAX_DESCRIPTOR = 9;

type Remote = NonNullable<ReturnType<typeof describeFound>['remote']>;

/** The connection of a process never changes while it lives. */
const peers = new WeakMap<Process, Remote>();

function peerOf(sshd: Process, event: Event): Remote | null {
  const known = peers.get(sshd);
  if (known !== undefined) return known;
  for (let fd = 0; fd <= MAX_DESCRIPTOR; fd++) {
    const socket = event.details.descriptor(sshd, fd, event.bootNs)?.socket;
    const remote = socket?.l4 === 'tcp' ? describeFound(socket).remote : null;
    if (remote === null) continue;
    peers.set(sshd, remote);
    return remote;
  }
  return null;
}

/** Run by root from the host's own files: in a container, whoever fills its image chooses what lies at these paths. */
function isSshd({ uid, exepath, image }: Process, { machine }: Event): boolean {
  const ofHost = image.mntNs !== 0 && image.mntNs === machine.mountNamespace;
  return uid === 0 && ofHost && SSHD.has(exepath.text);
}

/** The nearest sshd above with a connection: the part that authenticated the user, out of the user's reach. */
function sshPeer(process: Process, event: Event): Remote | null {
  let at: Process | null = process;
  for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
    if (!isSshd(at, event)) continue;
    const peer = peerOf(at, event);
    if (peer !== null) return peer;
  }
  return null;
}

const ssh = (get: (peer: Remote) => Value) =>
  own((process, event) => {
    const peer = sshPeer(process, event);
    return peer === null ? null : get(peer);
  });

export const sessionFacts: Table = {
  'proc.session.id': text('id'),
  'proc.session.uid': session(({ uid }) => uid),
  'proc.session.user': text('user'),
  'proc.session.type': text('type'),
  'proc.session.class': text('class'),
  'proc.session.service': text('service'),
  'proc.session.tty': text('tty'),
  'proc.session.remote': session(({ remote }) => remote),
  'proc.session.remote_host': text('remoteHost'),
  'proc.session.remote_user': text('remoteUser'),
  'proc.ssh.rip': ssh(({ address }) => address),
  'proc.ssh.rport': ssh(({ port }) => port),
};
