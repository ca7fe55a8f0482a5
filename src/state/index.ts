/**
 * Process state, on the engine thread. In: task facts from fork, exec, exit and the task iterator, already
 * decoded. Out: the process of an event with its image, parent and ancestors. Called by engine/ only.
 */

export type { Descriptor as ProcDescriptor, InternetSocket, LoginSession } from '../host/index.ts';
export { INITIAL_USER_NAMESPACE } from '../host/index.ts';
export { type CpuUse, type DetailSource, Details } from './details.ts';
export { Environment, Environments } from './environment.ts';
export { Executables } from './executables.ts';
export { type HostState, hostState, type MachineFacts } from './host.ts';
export { NamespaceUsers } from './namespace-users.ts';
export { type Capabilities, type ImageFacts, LOGINUID_UNSET, Process, type TaskFacts } from './process.ts';
export {
  ProcessTable,
  type ReadProcess,
  TABLE_LIMITS,
  type TableLimits,
  type TableStats,
} from './process-table.ts';
export { Units, type UnitTexts } from './units.ts';
export { type UserSource, Users } from './users.ts';
