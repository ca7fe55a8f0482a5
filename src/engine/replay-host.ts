import type { Capture, Descriptor } from '../replay/index.ts';
import {
  type DetailSource,
  Details,
  Environments,
  Executables,
  type HostState,
  NamespaceUsers,
  type ProcDescriptor,
  Units,
  Users,
} from '../state/index.ts';

/** What the file told in place of the machine that replays it: nothing here reads /proc, accounts or packages. */

/** /proc gives start times in hundredths of a second. */
const TICK_NS = 1e7;

export function replayHost(capture: Capture): HostState {
  const { processes, accounts } = capture;
  const users = new Users({
    user: (uid) => accounts.users.get(uid) ?? null,
    group: (gid) => {
      const name = accounts.groups.get(gid);
      return name === undefined ? null : { name };
    },
  });
  const cgroupId = (path: string) => BigInt(processes.cgroupId(path));
  const environments = new Environments();
  const details = new Details(detailsOf(capture), environments);
  return {
    mountNamespace: 0,
    readProcess: () => null,
    argv: (pid) => processes.byPid(pid)?.argv ?? [],
    exe: (pid) => processes.byPid(pid)?.exepath ?? null,
    environment: (text) => environments.make(text),
    cgroup: () => {},
    cgroupId,
    legacyCgroups: false,
    pids: () => processes.pids(),
    users,
    namespaceUsers: new NamespaceUsers(users, 0, () => null),
    details,
    units: new Units(details, cgroupId),
    sessions: { get: () => null },
    executables: new Executables(null, () => null),
    clock: { wallNs: (bootNs) => capture.wallNs(bootNs), refresh: () => false },
  };
}

function detailsOf({ processes }: Capture): DetailSource {
  return {
    startTicks: (pid) => {
      const process = processes.byPid(pid);
      return process === null ? null : process.startNs / TICK_NS;
    },
    environ: (pid) => processes.byPid(pid)?.env ?? null,
    cgroups: (pid) => {
      const cgroup = processes.byPid(pid)?.cgroup ?? '';
      return cgroup === '' ? [] : [['', cgroup]];
    },
    descriptor: (pid, fd) => {
      const found = processes.byPid(pid)?.fds.get(fd);
      return found === undefined ? null : shown(found);
    },
    descriptorKinds: () => new Map(),
    threadDirectory: (pid) => processes.byPid(pid)?.cwd ?? null,
    mapsIds: () => true,
    status: () => null,
    cpuNs: () => null,
    cpuTimes: () => null,
    auditSession: () => null,
    descriptorLimit: () => null,
    descriptorCount: () => null,
  };
}

const SOCK_DGRAM = 2;
const SOCK_RAW = 3;

function shown(descriptor: Descriptor): ProcDescriptor {
  if (descriptor.kind !== 'socket') return { type: descriptor.kind, name: descriptor.name };
  const { ends, type } = descriptor;
  if (ends.local === null) return { type: ends.path === '' ? 'socket' : 'unix', name: ends.path };
  const l4 = type === SOCK_DGRAM ? 'udp' : type === SOCK_RAW ? 'raw' : 'tcp';
  return { type: 'socket', name: '', socket: { l4, local: ends.local, remote: ends.remote } };
}
