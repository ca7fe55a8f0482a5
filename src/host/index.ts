/**
 * In: /proc, /etc and the clocks of the machine, each with a root that tests replace. Out: facts about processes,
 * accounts, the machine and its time. Reads are bounded, and a process that ends while being read is no error.
 * Runs wherever asked; all calls are synchronous and belong off the path of a single event.
 */
export { cgroupId } from './cgroup-id.ts';
export { type Clocks, createClock, type HostClock, systemClocks } from './clock.ts';
export {
  closeExe,
  digestOf,
  type ExeFile,
  type FileIdentity,
  hostProcess,
  identityOf,
  openInRoot,
  openRunning,
} from './exe-file.ts';
export { readBounded as readFileBounded } from './files.ts';
export { type LoginSession, LoginSessions } from './login-sessions.ts';
export { type Machine, readMachine } from './machine.ts';
export { openPackages } from './package-databases.ts';
export type { FileDigest, Ownership, PackageDatabase, PackageFile } from './packages.ts';
export {
  type CpuTimes,
  type Descriptor,
  type FileMeant,
  type InternetSocket,
  ProcDetails,
  type StatusFacts,
} from './proc-details.ts';
export { type ProcessFacts, ProcFs } from './procfs.ts';
export { INITIAL_USER_NAMESPACE } from './root-file.ts';
export { type UnitNames, unitNames } from './systemd-units.ts';
export {
  type HostUsage,
  type ProcessUsage,
  readBootNs,
  readHostUsage,
  readProcessUsage,
} from './usage.ts';
export { type Accounts, readAccounts, type User, UserDatabase } from './users.ts';
