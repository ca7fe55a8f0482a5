import { Interned } from '../../base/interning.ts';
import {
  bindContainerField,
  type Container,
  type ContainerFacts,
  type Probe,
  runsProbe,
} from '../../containers/index.ts';
import type { Getter } from '../../rules/facts.ts';
import { SYSCALL_FIELDS } from '../../schema/syscall-fields.ts';
import type { Process } from '../../state/index.ts';
import type { MaybeContainer } from '../cgroup-containers.ts';
import type { Event } from '../event.ts';
import { descriptorFacts } from './descriptor.ts';
import { MAX_ANCESTORS, type Table } from './process.ts';

/** container.*, k8s.*, proc.is_container_* and the descriptor fields with a container's id. */

/** The cgroup tells these by itself. */
const BY_CGROUP: ReadonlySet<string> = new Set(['container.id', 'container.full_id']);

/** Names that Falco keeps for old rules, without a value. */
const EMPTY_NAMES = /^k8s\.(?:(?:rc|svc|rs|deployment)\.|ns\.(?:id$|label))/;

/** A field of the container; missing where nobody can tell which one it is. */
function bound(field: string, arg: string | null): Getter<Event> | null {
  const get = bindContainerField(field, arg);
  if (get === null) return null;
  const containerOf = BY_CGROUP.has(field)
    ? (event: Event): MaybeContainer => event.container
    : (event: Event): MaybeContainer => event.containerTold;
  return (event) => {
    const container = containerOf(event);
    return container === undefined ? null : get(container);
  };
}

const fromRuntimes: Table = Object.fromEntries(
  SYSCALL_FIELDS.filter(({ name }) => /^(?:container|k8s)\./.test(name) && !EMPTY_NAMES.test(name)).map(
    ({ name }) => [name, (arg: string | null) => bound(name, arg)],
  ),
);

/** ns since boot of the container's first process, else null. */
function firstProcessNs(event: Event): number | null {
  const { process } = event;
  // In the host's pid namespace the first process is the host's.
  if (process === null || process.vpid === process.pid) return null;
  return event.initOf(process)?.startNs ?? null;
}

/** ns since the epoch; where the first process is not known, when the runtime made the container. */
function startTs(event: Event): bigint | null {
  if (!event.container) return null;
  const bootNs = firstProcessNs(event);
  if (bootNs !== null) return event.wallOf(bootNs);
  const createdMs = event.containerTold?.facts?.createdMs ?? null;
  return createdMs === null ? null : BigInt(createdMs) * 1_000_000n;
}

function duration(event: Event): bigint | null {
  const start = startTs(event);
  return start === null ? null : event.wallNs - start;
}

/**
 * Is the process, or one above it, what the runtime starts in the container for this probe? The container's own first
 * process is none, whatever its arguments.
 */
function runs(event: Event, probe: Probe | null): boolean {
  let entry: Process | null = null;
  let at = event.process;
  for (let level = 0; at !== null && level < MAX_ANCESTORS && at.pidNs === event.process?.pidNs; level++) {
    entry = at;
    at = at.parent;
  }
  return entry !== null && entry.vpid !== 1 && runsProbe(probe, entry.argv);
}

const isProbe =
  (part: (facts: ContainerFacts) => Probe | null): (() => Getter<Event>) =>
  () =>
  (event) => {
    const container = event.containerTold;
    if (container === undefined) return null;
    if (container === null) return false;
    return container.facts !== null && runs(event, part(container.facts));
  };

const HOST = new Interned('host');
const KNOWN = new Interned('known');
const PENDING = new Interned('pending');
const UNKNOWN = new Interned('unknown');

/** Whether the facts of a container are there: what an alert is marked with that went out without. */
export function factsOf(container: Container): Interned {
  if (container.state === 'pending') return PENDING;
  return container.state === 'known' || container.facts !== null ? KNOWN : UNKNOWN;
}

/** The container's id in front of a name, as Falco writes it. */
const withId = (field: 'fd.name' | 'fd.directory') => (): Getter<Event> => {
  const name = descriptorFacts[field]!(null)!;
  return (event) => {
    const [text, { container }] = [name(event), event];
    if (!(text instanceof Interned) || container === undefined) return null;
    return new Interned(`${container === null ? HOST.text : container.id}:${text.text}`);
  };
};

export const containerFacts: Table = {
  ...fromRuntimes,
  'container.start_ts': () => startTs,
  'container.duration': () => duration,
  'container.facts': () => (event) => {
    const container = event.containerTold;
    if (container === undefined) return UNKNOWN;
    return container === null ? HOST : factsOf(container);
  },
  'proc.is_container_healthcheck': isProbe(({ healthcheck }) => healthcheck),
  'proc.is_container_liveness_probe': isProbe(({ livenessProbe }) => livenessProbe),
  'proc.is_container_readiness_probe': isProbe(({ readinessProbe }) => readinessProbe),
  'fd.containername': withId('fd.name'),
  'fd.containerdirectory': withId('fd.directory'),
};
