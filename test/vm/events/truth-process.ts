// Truth of proc.*, thread.*, user.* and group.*: from /proc as it was around the call.

import { readFileSync } from 'node:fs';
import { around, between, CLOCKS_NS, type Expected, type Rule, type Rules, TICK_NS } from './expected.ts';
import type { Facts, Json, Task } from './facts.ts';

const of =
  (get: (facts: Facts) => Expected): Rule =>
  (_action, facts) =>
    get(facts);
const ofSelf = (get: (task: Task) => Expected): Rule => of(({ self }) => get(self));
const ofParent = (get: (task: Task) => Expected): Rule =>
  of(({ ancestors }) => (ancestors[0] ? get(ancestors[0]) : null));
const ofAncestor = (level: number, get: (task: Task) => Expected): Rule =>
  of(({ ancestors }) => (ancestors[level - 1] ? get(ancestors[level - 1]!) : null));

const args = ({ argv }: Task): string => argv.slice(1).join(' ');
const cmdline = (task: Task): string => (args(task) === '' ? task.comm : `${task.comm} ${args(task)}`);
const HIDDEN = { why: 'hidden from the trigger itself, whose user is another by now' };
const ENDED = { why: 'read from /proc, where an ended process is no more' };

/** A memfd has a name, but no directory. */
const exepath = ({ exe }: Task): Expected =>
  exe === null ? HIDDEN : exe.replace(/ \(deleted\)$/, '').replace(/^\/memfd:/, 'memfd:');
const isMemfd = ({ exe }: Task): Expected => exe?.startsWith('/memfd:') ?? HIDDEN;

const words = (task: Task, name: string): string[] => (task.status.get(name) ?? '').split(/\s+/);
const last = (task: Task, name: string): number => Number(words(task, name).at(-1));
const euid = (task: Task): number => Number(words(task, 'Uid')[1]);
const egid = (task: Task): number => Number(words(task, 'Gid')[1]);

/** A fact of the thread after the call, when the call changes it. */
const changed =
  (field: string, otherwise: Rule): Rule =>
  (action, facts, said) =>
    action[field] === undefined ? otherwise(action, facts, said) : (action[field] as Json);

/** Names of capabilities by bit, from the kernel's header. */
const CAPABILITIES = [
  ...readFileSync('/usr/include/linux/capability.h', 'latin1').matchAll(/^#define (CAP_\w+)\s+(\d+)$/gm),
].map(([, name, bit]): [string, bigint] => [name!, BigInt(bit!)]);

const capabilities =
  (line: string) =>
  (task: Task): string => {
    const set = BigInt(`0x${task.status.get(line)}`);
    return CAPABILITIES.filter(([, bit]) => (set >> bit) & 1n)
      .map(([name]) => name)
      .join(' ');
  };

const started = ({ startNs }: Task, { bootOffset }: Facts): bigint => startNs + bootOffset;
const since = (task: (facts: Facts) => Task | undefined): Rule => {
  return ({ t0, t1 }, facts) => {
    const found = task(facts);
    if (found === undefined) return null;
    const start = started(found, facts);
    const from = t0 - start - TICK_NS - CLOCKS_NS;
    return between(from < 0n ? 0n : from, t1 - start + CLOCKS_NS);
  };
};

/** The oldest shell, the process itself counted. */
const loginShell = ({ self, ancestors }: Facts): Json =>
  [self, ...ancestors].findLast(({ comm }) => comm.endsWith('sh') && !comm.endsWith('ssh'))?.pid ?? null;

/** Controllers of the unified hierarchy as rules know them. */
const CONTROLLERS = ['cpuset', 'cpu', 'cpuacct', 'io', 'memory'];
const cgroupPath = ({ cgroup }: Facts): string => /^0::(.*)$/m.exec(cgroup)?.[1] ?? '';

const whileAlive =
  (get: (facts: Facts) => Json): Rule =>
  ({ type }, facts) =>
    type === 'procexit' ? ENDED : get(facts);

/** What a link in /proc/PID/fd leads to. */
function kindOf(link: string, isDirectory: boolean): string {
  if (link.startsWith('pipe:')) return 'pipe';
  if (link.startsWith('socket:')) return 'socket';
  if (link.startsWith('anon_inode:')) return 'event';
  return isDirectory ? 'directory' : 'file';
}
const stream = (fd: number, part: 'type' | 'name'): Rule =>
  whileAlive(({ fds }) => {
    const link = fds.get(fd);
    if (link === undefined) return null;
    return part === 'type' ? kindOf(link, false) : link;
  });

const variable = (task: Task, name: string): string | undefined =>
  task.env?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);

const ancestorVariable = ({ ancestors }: Facts): Expected =>
  ancestors.some(({ env }) => env === null)
    ? HIDDEN
    : (ancestors.map((task) => variable(task, 'PATH')).find((value) => value !== undefined) ?? null);

/** passwd(5) and group(5) of the guest. */
export interface Accounts {
  readonly users: ReadonlyMap<number, readonly string[]>;
  readonly groups: ReadonlyMap<number, string>;
}

export function readAccounts(passwd: string, group: string): Accounts {
  const rows = (text: string): string[][] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(':'));
  return {
    users: new Map(rows(passwd).map((row) => [Number(row[2]), row])),
    groups: new Map(rows(group).map((row) => [Number(row[2]), row[0]!])),
  };
}

export function accountRules({ users, groups }: Accounts): Rules {
  const uid: Rule = changed('user.uid', ofSelf(euid));
  const gid: Rule = changed('group.gid', ofSelf(egid));
  const user =
    (column: number): Rule =>
    (action, facts, said) =>
      users.get(uid(action, facts, said) as number)?.[column] ?? null;
  return {
    'user.uid': uid,
    'user.name': user(0),
    'user.homedir': user(5),
    'user.shell': user(6),
    'user.loginuid': of(({ loginuid }) => (loginuid === 0xffffffff ? -1 : loginuid)),
    'user.loginname': of(({ loginuid }) => users.get(loginuid)?.[0] ?? '<NA>'),
    'group.gid': gid,
    'group.name': (action, facts, said) => groups.get(gid(action, facts, said) as number) ?? null,
  };
}

/** Root's capability to write any file, or a file that its owner or group or all may write. */
const exeWritable = ({ self, exe }: Facts): boolean => {
  if ((BigInt(`0x${self.status.get('CapEff')}`) & 0b1010n) !== 0n) return true;
  return (exe.mode & 0o002) !== 0 || (exe.uid === euid(self) && (exe.mode & 0o200) !== 0);
};

const exeTime = (get: (exe: Facts['exe']) => bigint): Rule => of(({ exe }) => get(exe) as Json);
const sinceChange: Rule = (_action, facts): Expected =>
  around(started(facts.self, facts) - facts.exe.ctime, TICK_NS + CLOCKS_NS);

export const PROCESS_RULES: Rules = {
  'proc.exe': ofSelf(({ argv }) => argv[0] ?? ''),
  'proc.pexe': ofParent(({ argv }) => argv[0] ?? ''),
  'proc.aexe[1]': ofParent(({ argv }) => argv[0] ?? ''),
  'proc.exepath': ofSelf(exepath),
  'proc.pexepath': ofParent(exepath),
  'proc.aexepath[1]': ofParent(exepath),
  'proc.name': changed(
    'proc.name',
    ofSelf(({ comm }) => comm),
  ),
  'proc.pname': ofParent(({ comm }) => comm),
  'proc.aname[1]': ofParent(({ comm }) => comm),
  'proc.aname[2]': ofAncestor(2, ({ comm }) => comm),
  'proc.aname': of(({ ancestors }) => ancestors.map(({ comm }) => comm).join(' ')),
  'proc.args': ofSelf(args),
  'proc.args[0]': ofSelf(({ argv }) => argv[1] ?? null),
  'proc.aargs[1]': ofParent(args),
  'proc.cmdline': changed('proc.cmdline', ofSelf(cmdline)),
  'proc.pcmdline': ofParent(cmdline),
  'proc.acmdline[2]': ofAncestor(2, cmdline),
  'proc.cmdnargs': ofSelf(({ argv }) => argv.length - 1),
  'proc.cmdlenargs': ofSelf(({ argv }) => argv.slice(1).join('').length),
  'proc.exeline': ofSelf((task) => task.argv.join(' ')),
  'proc.env': ofSelf(({ env }) => env?.join(' ') ?? HIDDEN),
  'proc.env[PATH]': ofSelf((task) => (task.env === null ? HIDDEN : (variable(task, 'PATH') ?? ''))),
  'proc.aenv[PATH]': of(ancestorVariable),
  'proc.cwd': changed(
    'proc.cwd',
    of(({ cwd }) => (cwd.endsWith('/') ? cwd : `${cwd}/`)),
  ),
  'proc.loginshellid': of(loginShell),
  'proc.tty': ofSelf(({ tty }) => tty),
  'proc.pid': ({ pid }) => pid,
  'proc.ppid': ofSelf(({ ppid }) => ppid),
  'proc.apid[1]': ofSelf(({ ppid }) => ppid),
  'proc.apid[2]': ofAncestor(2, ({ pid }) => pid),
  'proc.vpid': ofSelf((task) => last(task, 'NSpid')),
  'proc.sid': ofSelf(({ sid }) => sid),
  'proc.sname': of(({ sessionLeader }) => sessionLeader.comm),
  'proc.sid.exepath': of(({ sessionLeader }) => exepath(sessionLeader)),
  'proc.vpgid': ofSelf((task) => last(task, 'NSpgid')),
  'proc.vpgid.name': of(({ groupLeader }) => groupLeader.comm),
  'proc.pgid': ofSelf(({ pgid }) => pgid),
  'proc.pgid.name': of(({ groupLeader }) => groupLeader.comm),
  'proc.duration': since(({ self }) => self),
  'proc.ppid.duration': since(({ ancestors }) => ancestors[0]),
  'proc.pid.ts': (_action, facts) => around(started(facts.self, facts), TICK_NS + CLOCKS_NS),
  'proc.is_exe_writable': of(exeWritable),
  'proc.is_exe_upper_layer': () => false,
  'proc.is_exe_lower_layer': () => false,
  'proc.is_exe_from_memfd': ofSelf(isMemfd),
  'proc.is_sid_leader': ofSelf(({ pid, sid }) => pid === sid),
  'proc.is_vpgid_leader': ofSelf((task) => last(task, 'NSpid') === last(task, 'NSpgid')),
  'proc.exe_ino': exeTime(({ ino }) => ino),
  'proc.exe_ino.ctime': exeTime(({ ctime }) => ctime),
  'proc.exe_ino.mtime': exeTime(({ mtime }) => mtime),
  'proc.exe_ino.ctime_duration_proc_start': sinceChange,
  'thread.cap_permitted': changed('thread.cap_permitted', ofSelf(capabilities('CapPrm'))),
  'thread.cap_inheritable': changed('thread.cap_inheritable', ofSelf(capabilities('CapInh'))),
  'thread.cap_effective': changed('thread.cap_effective', ofSelf(capabilities('CapEff'))),
  'thread.tid': ({ tid }) => tid,
  'thread.ismain': ({ pid, tid }) => pid === tid,
  'thread.vtid': ({ tid }) => tid,
  'thread.cgroups': whileAlive((facts) =>
    CONTROLLERS.map((name) => `${name}=${cgroupPath(facts)}`).join(' '),
  ),
  'thread.cgroup[cpu]': whileAlive(cgroupPath),
  'thread.cgroup[memory]': whileAlive(cgroupPath),
  'proc.stdin.type': stream(0, 'type'),
  'proc.stdout.type': stream(1, 'type'),
  'proc.stdin.name': stream(0, 'name'),
  'proc.stdout.name': stream(1, 'name'),
  'fd.types': ({ type }, { fds, directories }, said) => {
    if (type === 'procexit') return ENDED;
    // Read from /proc once a second at most: directories, pipes and more may have come or gone since.
    const kinds = new Set([...fds].map(([fd, link]) => kindOf(link, directories.has(fd))));
    const got = said['fd.types'];
    return Array.isArray(got) && kinds.has('file') && got.includes('file') ? got : [...kinds];
  },
};
