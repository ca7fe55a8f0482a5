import { EMPTY, Interned } from '../base/interning.ts';
import {
  type Accounts,
  cgroupId,
  createClock,
  type HostClock,
  hostProcess,
  LoginSessions,
  openPackages,
  ProcDetails,
  ProcFs,
  readAccounts,
  UserDatabase,
} from '../host/index.ts';
import { Details } from './details.ts';
import { Environment, Environments } from './environment.ts';
import { Executables } from './executables.ts';
import { NamespaceUsers } from './namespace-users.ts';
import type { ImageFacts } from './process.ts';
import type { ReadProcess } from './process-table.ts';
import { Units } from './units.ts';
import { type UserSource, Users } from './users.ts';

/** USER_HZ, the unit of start times in /proc; 100 on every Linux that runs Node. */
const TICK_NS = 10_000_000;

/** proc(5): so ends the link of an executable that was removed. */
const DELETED = / \(deleted\)$/;

/** What the machine's own services know of processes: its systemd, its logins, its packages. */
export interface MachineFacts {
  /** The host's mount namespace by inode number; 0 when it may not be looked at. */
  readonly mountNamespace: number;
  readonly units: Units;
  readonly sessions: Pick<LoginSessions, 'get'>;
  readonly executables: Executables;
}

/** What the state takes from the machine itself, beside events. */
export interface HostState extends MachineFacts {
  readonly readProcess: ReadProcess;
  /** All arguments of a process, argv[0] first; empty when it is gone. */
  argv(pid: number): readonly string[];
  /** Path of its executable; null when it is gone. */
  exe(pid: number): string | null;
  /** What a record told of an environment, kept as long as there is room; null: nothing. */
  environment(text: string | null): Environment;
  /** What a record told of a cgroup; `path` is asked for when the id is new. */
  cgroup(id: bigint, path: () => Interned): void;
  /** Id of the cgroup that has this path now; null when nobody can tell. */
  cgroupId(path: string): bigint | null;
  /** Containers lie in hierarchies of cgroup v1: the ids of the unified one tell nothing. */
  readonly legacyCgroups: boolean;
  pids(): Set<number>;
  /** Accounts of the host. */
  readonly users: Users;
  /** Accounts of the system that a process lives in. */
  readonly namespaceUsers: NamespaceUsers;
  /** What is read of a process only when a rule or an output asks for it. */
  readonly details: Details;
  readonly clock: HostClock;
}

function sourceOf(accounts: Accounts): UserSource {
  return {
    user: (uid) => accounts.user(uid),
    group: (gid) => {
      const name = accounts.groupName(gid);
      return name === null ? null : { name };
    },
  };
}

export function hostState(root = '/'): HostState {
  const proc = new ProcFs(`${root}proc`);
  const hostUsers = new Users(sourceOf(new UserDatabase(root)));
  const { mountNamespace } = hostProcess();
  const namespaceUsers = new NamespaceUsers(hostUsers, mountNamespace, (pid, namespace) => {
    const accounts = readAccounts(pid, namespace);
    return accounts === null ? null : sourceOf(accounts);
  });
  const environments = new Environments();
  const procDetails = new ProcDetails(`${root}proc`);
  const details = new Details(procDetails, environments);
  const units = new Units(details, (path) => cgroupId(path, root));
  const readProcess: ReadProcess = (pid) => {
    const facts = proc.process(pid);
    if (facts === null) return null;
    const { args, exe, cwd } = facts;
    const [first = '', ...rest] = args;
    const image: ImageFacts = {
      exe: new Interned(first),
      argv: args,
      args: new Interned(rest.join(' ')),
      exepath: exe === null ? EMPTY : new Interned(exe.replace(DELETED, '')),
      cwd: cwd === null ? EMPTY : new Interned(cwd),
      exeIno: 0n,
      exeDev: 0,
      mntNs: facts.mntNs,
      mntUserNs: 0,
      exeCtime: 0n,
      exeMtime: 0n,
      exeMode: 0,
      exeUid: 0,
      exeGid: 0,
      exeReadonly: false,
      userNs: facts.userNs,
      exeLayer: null,
      exeUnlinked: exe?.endsWith(' (deleted)') ?? false,
      exeFromMemfd: exe?.startsWith('/memfd:') ?? false,
      environment: new Environment(),
    };
    return {
      task: {
        pid,
        startNs: facts.startTicks * TICK_NS,
        ppid: facts.ppid,
        parentStartNs: 0,
        comm: new Interned(facts.comm),
        sid: facts.sid,
        pgid: facts.pgid,
        vpid: facts.vpid,
        vpgid: facts.vpgid,
        pidNs: facts.pidNs,
        caps: null,
        tty: facts.tty,
        loginuid: facts.loginuid,
        uid: facts.uid ?? 0,
        gid: facts.gid ?? 0,
        cgroup: 0n,
      },
      image,
    };
  };
  return {
    mountNamespace,
    readProcess,
    argv: (pid) => proc.args(pid),
    exe: (pid) => proc.exe(pid)?.replace(DELETED, '') ?? null,
    environment: (text) => environments.make(text),
    cgroupId: (path) => cgroupId(path, root),
    // name=systemd has processes of containers as well, but also runs beside a unified hierarchy that has all.
    legacyCgroups: procDetails
      .cgroups(process.pid)
      .some(([name]) => name !== '' && !name.startsWith('name=')),
    pids: () => new Set(proc.pids()),
    users: hostUsers,
    namespaceUsers,
    details,
    units,
    cgroup: (id, path) => units.learn(id, path),
    sessions: new LoginSessions(root),
    executables: new Executables(openPackages(root), (pid) => procDetails.startTicks(pid)),
    clock: createClock(),
  };
}
