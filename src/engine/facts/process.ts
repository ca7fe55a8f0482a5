import type { Interned } from '../../base/interning.ts';
import { Interned as Text } from '../../base/interning.ts';
import type { Getter, Value } from '../../rules/facts.ts';
import type { Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { Derived } from '../paths.ts';

/** proc.* and thread.*: facts of the process of an event and of its ancestors. */

export type ProcessGetter = (process: Process, event: Event) => Value | null;
export type Table = Readonly<Record<string, (arg: string | null) => Getter<Event> | null>>;

/** Ancestors walked when a rule asks for any of them; longer chains exist only to tire the engine. */
export const MAX_ANCESTORS = 64;

/** A field of the event's own process; missing when the process is unknown. */
export function own(get: ProcessGetter): () => Getter<Event> {
  return () => (event) => (event.process === null ? null : get(event.process, event));
}

/** A field of the parent. */
function parent(get: ProcessGetter): () => Getter<Event> {
  return () => (event) => {
    const process = event.process?.parent ?? null;
    return process === null ? null : get(process, event);
  };
}

/** `[0]` is the process itself, `[1]` its parent; without index, all ancestors from the parent up, nearest first. */
function ancestor(
  get: (process: Process) => Interned | number | null,
): (arg: string | null) => Getter<Event> | null {
  return (arg) => {
    if (arg === null) return (event) => allAncestors(event, get);
    const depth = Number(arg);
    if (!Number.isInteger(depth) || depth < 0) return null;
    return (event) => {
      let at = event.process;
      for (let level = 0; at !== null && level < depth; level++) at = at.parent;
      return at === null ? null : get(at);
    };
  };
}

function allAncestors(event: Event, get: (process: Process) => Interned | number | null): Value | null {
  const found: (Interned | number)[] = [];
  let at = event.process?.parent ?? null;
  for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
    const value = get(at);
    if (value !== null) found.push(value);
  }
  return found.length === 0 ? null : found;
}

const withSlash = new Derived((path) => (path.endsWith('/') ? path : `${path}/`));

/** `comm arguments`, kept on the process until either changes. */
function cmdline(process: Process): Interned {
  if (process.cmdline === null) {
    const args = process.args.text;
    process.cmdline = args === '' ? process.comm : new Text(`${process.comm.text} ${args}`);
  }
  return process.cmdline;
}

function exeline(process: Process): Interned {
  const args = process.args.text;
  return args === '' ? process.exe : new Text(`${process.exe.text} ${args}`);
}

/** Arguments after argv[0]. */
const argumentCount = (process: Process): number => Math.max(0, process.argv.length - 1);

/** Threads usually share the directory; of one that may have its own, and where no record told it, /proc does. */
function directoryOf(process: Process, event: Event): Interned | null {
  const mayDiffer = process.threadsApart && event.tid !== process.pid;
  if (!mayDiffer && process.cwd.text !== '') return process.cwd;
  const found = event.details.threadDirectory(process, event.tid, event.bootNs);
  return found === null ? null : new Text(found);
}

/** A path the kernel could not tell is a missing value, not an empty one. */
const known = (text: Interned): Interned | null => (text.text === '' ? null : text);

const durationSince = (process: Process, event: Event): number => Math.max(0, event.bootNs - process.startNs);

/** proc.args with an index picks one argument; argv[0] is not counted. */
function args(arg: string | null): Getter<Event> | null {
  if (arg === null) return own((process) => process.args)();
  const index = Number(arg);
  if (!Number.isInteger(index) || index < 0) return null;
  return own((process) => {
    const argument = process.argv[index + 1];
    return argument === undefined ? null : new Text(argument);
  })();
}

/** The process whose pid names the session or group; when it ended, the oldest ancestor that is still in it. */
function leader(get: (process: Process) => Value | null, idOf: (process: Process) => number) {
  return own((process, event) => {
    const id = idOf(process);
    let found = event.processOf(id);
    if (found === null) {
      found = process;
      let at = process.parent;
      for (let level = 0; at !== null && level < MAX_ANCESTORS && idOf(at) === id; level++) {
        found = at;
        at = at.parent;
      }
    }
    return get(found);
  });
}

const sessionOf = (process: Process): number => process.sid;
const groupOf = (process: Process): number => process.pgid;

/** Shells end in `sh`; ssh and its kin are none. */
const SHELL = /^(?!.*ssh$).*sh$/;

/** Pid of the oldest shell from the process up, so that all commands of one login share it. */
function loginShell(process: Process): number | null {
  let found: number | null = null;
  let at: Process | null = process;
  for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
    if (SHELL.test(at.comm.text)) found = at.pid;
  }
  return found;
}

export const processFacts: Table = {
  // The thread's own name, fresh with every event: prctl(PR_SET_NAME) needs no event of its own.
  'proc.name': () => (event) => event.comm,
  'proc.pname': parent((process) => process.comm),
  'proc.aname': ancestor((process) => process.comm),
  'proc.exe': own((process) => process.exe),
  'proc.pexe': parent((process) => process.exe),
  'proc.aexe': ancestor((process) => process.exe),
  'proc.exepath': own((process) => known(process.exepath)),
  'proc.pexepath': parent((process) => known(process.exepath)),
  'proc.aexepath': ancestor((process) => known(process.exepath)),
  'proc.args': args,
  'proc.aargs': ancestor((process) => process.args),
  'proc.cmdline': own(cmdline),
  'proc.pcmdline': parent(cmdline),
  'proc.acmdline': ancestor(cmdline),
  'proc.cmdnargs': own(argumentCount),
  'proc.cmdlenargs': own((process) => process.args.text.length - Math.max(0, argumentCount(process) - 1)),
  'proc.exeline': own(exeline),
  'proc.cwd': own((process, event) => {
    const cwd = directoryOf(process, event);
    return cwd === null ? null : withSlash.of(cwd);
  }),
  'proc.tty': own((process) => process.tty),
  'proc.pid': () => (event) => event.pid,
  'proc.ppid': own((process) => process.ppid),
  'proc.apid': ancestor((process) => process.pid),
  'proc.vpid': own((process) => process.vpid),
  'proc.pvpid': parent((process) => process.vpid),
  'proc.sid': own((process) => process.sid),
  'proc.sname': leader((process) => process.comm, sessionOf),
  'proc.sid.exe': leader((process) => process.exe, sessionOf),
  'proc.sid.exepath': leader((process) => known(process.exepath), sessionOf),
  'proc.pgid': own(groupOf),
  'proc.pgid.name': leader((process) => process.comm, groupOf),
  'proc.pgid.exe': leader((process) => process.exe, groupOf),
  'proc.pgid.exepath': leader((process) => known(process.exepath), groupOf),
  // The same group under another number, so the same leader.
  'proc.vpgid': own((process) => process.vpgid),
  'proc.vpgid.name': leader((process) => process.comm, groupOf),
  'proc.vpgid.exe': leader((process) => process.exe, groupOf),
  'proc.vpgid.exepath': leader((process) => known(process.exepath), groupOf),
  'proc.loginshellid': own(loginShell),
  'proc.is_sid_leader': own((process) => process.pid === process.sid),
  'proc.is_vpgid_leader': own((process) => process.vpid === process.vpgid),
  'proc.is_pgid_leader': own((process) => process.pid === process.pgid),
  'proc.duration': own(durationSince),
  'proc.ppid.duration': parent(durationSince),
  'proc.pid.ts': own((process, event) => event.wallOf(process.startNs)),
  'proc.ppid.ts': parent((process, event) => event.wallOf(process.startNs)),
  'thread.tid': () => (event) => event.tid,
  'thread.ismain': () => (event) => event.tid === event.pid,
};
