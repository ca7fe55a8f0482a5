import { Interned } from '../../base/interning.ts';
import type { Getter, Value } from '../../rules/facts.ts';
import { capabilityNames } from '../../schema/capabilities.ts';
import { TYPE_SWITCH } from '../../schema/record.generated.ts';
import type { Capabilities, CpuUse, Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { capabilitiesOf } from './capabilities.ts';
import { own, type Table } from './process.ts';

/** thread.* and what of a process only /proc knows: capabilities, sizes, descriptors, cgroups. */

type Status = NonNullable<ReturnType<Event['details']['status']>>;

const statusOf = (process: Process, event: Event, tid = event.tid): Status | null =>
  event.details.status(process, tid, event.bootNs);

/** A number of the thread's or the process's status. */
const status = (get: (status: Status) => number, ofProcess = false) =>
  own((process, event) => {
    const found = statusOf(process, event, ofProcess ? process.pid : event.tid);
    return found === null ? null : get(found);
  });

/** Sizes belong to the process; they are shown with its main thread only, so that sums are right. */
const mainOnly = (get: (status: Status) => number) =>
  own((process, event) => {
    if (event.tid !== process.pid) return 0;
    const found = statusOf(process, event);
    return found === null ? null : get(found);
  });

/** Sets are few: those of root and those of nobody. */
const setTexts = new Map<bigint, Interned>();
const MEMORY = 1024;

function setText(set: bigint): Interned {
  let text = setTexts.get(set);
  if (text === undefined) {
    text = new Interned(capabilityNames(set));
    if (setTexts.size < MEMORY) setTexts.set(set, text);
  }
  return text;
}

const capabilities = (which: keyof Capabilities) =>
  own((process, event) => {
    const all = capabilitiesOf(process, event);
    return all === null ? null : setText(all[which]);
  });

/** Controllers that have no hierarchy of their own share the unified one; rules know these by name. */
const UNIFIED = ['cpuset', 'cpu', 'cpuacct', 'io', 'memory'];

function cgroupsOf(process: Process, event: Event): readonly (readonly [string, string])[] {
  const all = event.details.cgroups(process, event.bootNs) ?? [];
  const named = all.filter(([controller]) => controller !== '' && !controller.startsWith('name='));
  const unified = all.find(([controller]) => controller === '');
  if (unified === undefined) return named;
  const taken = new Set(named.map(([controller]) => controller));
  const rest = UNIFIED.filter((controller) => !taken.has(controller));
  return [...named, ...rest.map((controller): [string, string] => [controller, unified[1]])];
}

function cgroup(arg: string | null): Getter<Event> | null {
  if (arg === null) return null;
  return own((process, event) => {
    const found = cgroupsOf(process, event).find(([controller]) => controller === arg);
    return found === undefined ? null : new Interned(found[1]);
  })();
}

const descriptor = (fd: number, part: 'type' | 'name') =>
  own((process, event) => {
    const found = event.details.descriptor(process, fd, event.bootNs);
    return found === null ? null : new Interned(found[part]);
  });

function descriptorUse(process: Process, event: Event): number | null {
  const open = event.details.descriptorCount(process, event.bootNs);
  const limit = event.details.descriptorLimit(process, event.bootNs);
  return open === null || limit === null || limit <= 0 ? null : (open / limit) * 100;
}

/** Percent of one CPU since the last look a second or more ago; missing at the first look. */
const cpuUse = (get: (use: CpuUse) => number) =>
  own((process, event) => {
    const use = event.details.cpuUse(process, event.tid, event.bootNs);
    return use === null ? null : get(use);
  });

const isSwitch = ({ record }: Event): boolean => record.type === TYPE_SWITCH;

const cpuNs = ({ process, tid, bootNs, details }: Event): number | null =>
  process === null ? null : details.cpuNs(process, tid, bootNs);

/** Kinds of all descriptors, or of the one given. */
function kinds(arg: string | null): Getter<Event> | null {
  const only = arg === null ? null : Number(arg);
  if (only !== null && !Number.isInteger(only)) return null;
  return own((process, event): Value | null => {
    const found = event.details.descriptorKinds(process, event.bootNs);
    if (found === null) return null;
    const wanted = only === null ? [...new Set(found.values())] : [found.get(only)];
    return wanted.filter((kind) => kind !== undefined).map((kind) => new Interned(kind));
  })();
}

export const threadFacts: Table = {
  'thread.cap_permitted': capabilities('permitted'),
  'thread.cap_effective': capabilities('effective'),
  'thread.cap_inheritable': capabilities('inheritable'),
  'thread.vtid': own((process, event) => {
    if (event.tid === process.pid) return process.vpid;
    // Outside of containers both numbers are the same.
    if (process.vpid === process.pid) return event.tid;
    return statusOf(process, event)?.vtid ?? null;
  }),
  'thread.cgroups': own((process, event) => {
    const all = cgroupsOf(process, event);
    return all.length === 0 ? null : new Interned(all.map((entry) => entry.join('=')).join(' '));
  }),
  'thread.cgroup': cgroup,
  // The length of a time slice is known to the scheduler's events alone; of others it is 0, as in Falco.
  'thread.exectime': () => (event) => (isSwitch(event) ? event.record.moment.sliceNs : 0),
  'thread.cpu': cpuUse(({ user, system }) => user + system),
  'thread.cpu.user': cpuUse(({ user }) => user),
  'thread.cpu.system': cpuUse(({ system }) => system),
  'thread.totexectime': () => (event) => (isSwitch(event) ? event.record.moment.cpuNs : cpuNs(event)),
  'thread.pfmajor': status(({ majorFaults }) => majorFaults),
  'thread.pfminor': status(({ minorFaults }) => minorFaults),
  'thread.vmsize': mainOnly(({ vmSize }) => vmSize),
  'thread.vmrss': mainOnly(({ vmRss }) => vmRss),
  'proc.vmsize': status(({ vmSize }) => vmSize, true),
  'proc.vmrss': status(({ vmRss }) => vmRss, true),
  'proc.vmswap': status(({ vmSwap }) => vmSwap, true),
  'proc.nthreads': status(({ threads }) => threads, true),
  'proc.nchilds': status(({ threads }) => Math.max(0, threads - 1), true),
  'proc.fdopencount': own((process, event) => event.details.descriptorCount(process, event.bootNs)),
  'proc.fdlimit': own((process, event) => event.details.descriptorLimit(process, event.bootNs)),
  'proc.fdusage': own(descriptorUse),
  'proc.stdin.type': descriptor(0, 'type'),
  'proc.stdout.type': descriptor(1, 'type'),
  'proc.stderr.type': descriptor(2, 'type'),
  'proc.stdin.name': descriptor(0, 'name'),
  'proc.stdout.name': descriptor(1, 'name'),
  'proc.stderr.name': descriptor(2, 'name'),
  'fd.types': kinds,
};
