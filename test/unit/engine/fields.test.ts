import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import type { Event } from '../../../src/engine/event.ts';
import { availableFields } from '../../../src/engine/facts/index.ts';
import { Peers } from '../../../src/engine/peers.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';
import { STR_FAULT, STR_UNREACHABLE } from '../../../src/schema/record.generated.ts';
import { type ImageFacts, type Process, Users } from '../../../src/state/index.ts';
import * as records from './records.ts';

const { callRecord, eventOf, fieldOf, openRecord, process, SECOND, socketRecord } = records;

type Row = [name: string, event: () => Event, expected: Readonly<Record<string, unknown>>];

const V4 = { server: [[10, 0, 0, 2], 443], client: [[10, 0, 0, 1], 50000] } as const;
const LOOPBACK6 = [...new Array(15).fill(0), 1];
const mapped = (...v4: number[]) => [...new Array(10).fill(0), 0xff, 0xff, ...v4];

const rows: Row[] = [
  [
    'unlinkat below a directory',
    () => eventOf(callRecord('unlinkat', { args: [7, 0, 0x200], name: 'sub/../x', base: '/var/lib' })),
    {
      'evt.arg.name': '/var/lib/x',
      'evt.rawarg.name': 'sub/../x',
      'evt.arg.flags': 'AT_REMOVEDIR',
      'evt.arg[1]': '<d>/var/lib',
      'evt.args': 'res=0 dirfd=7(<d>/var/lib) name=sub/../x(/var/lib/x) flags=512(AT_REMOVEDIR)',
      'fs.path.name': '/var/lib/x',
      'fs.path.nameraw': 'sub/../x',
      'evt.abspath': '/var/lib/x',
      'evt.category': 'file',
      'fd.num': null,
      'fd.name': null,
      'fd.connected': null,
    },
  ],
  [
    'a rename with two directories',
    () =>
      eventOf(
        callRecord('renameat2', {
          args: [-100, 0, 5, 0, 2],
          name: '/etc/passwd',
          name2: 'p',
          base2: '/tmp',
        }),
      ),
    {
      'evt.arg.oldpath': '/etc/passwd',
      'evt.arg.newpath': '/tmp/p',
      'evt.arg.olddirfd': 'AT_FDCWD',
      'evt.arg.flags': 'RENAME_EXCHANGE',
      'fs.path.source': '/etc/passwd',
      'fs.path.target': '/tmp/p',
      'fs.path.targetraw': 'p',
      'fs.path.name': null,
      'evt.abspath[src]': '/etc/passwd',
      'evt.abspath[dst]': '/tmp/p',
    },
  ],
  [
    'a link is made at its second name',
    () => eventOf(callRecord('symlink', { name: '../shadow', name2: '/etc/x/l' })),
    { 'fs.path.source': '/etc/x/l', 'fs.path.target': '../shadow', 'evt.arg.target': '../shadow' },
  ],
  [
    'a call that failed has no path in the file system',
    () => eventOf(callRecord('mkdir', { ret: -13, args: [0, 0o777], name: '/root/x' })),
    {
      'fs.path.name': null,
      'evt.arg.path': '/root/x',
      'evt.arg.mode': '1FF',
      'evt.res': 'EACCES',
      'evt.failed': true,
      'evt.count.error': 1,
      'evt.count.error.file': null,
      'evt.count.error.other': 1,
    },
  ],
  [
    'modes by bits',
    () => eventOf(callRecord('fchmodat', { args: [-100, 0, 0o4755], name: '/bin/x' })),
    {
      'evt.arg.mode': 'S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID',
      'evt.rawarg.mode': 0o4755,
    },
  ],
  [
    'fchmod works on an open file',
    () => eventOf(callRecord('fchmod', { args: [4, 0], fd: 4, path: '/etc/x' })),
    {
      'fd.num': 4,
      'fd.name': '/etc/x',
      'fd.type': 'file',
      'evt.arg.fd': '<f>/etc/x',
      'fs.path.name': '/etc/x',
      'fd.uid': '1004',
    },
  ],
  [
    'a directory, by the mode of the file',
    () =>
      eventOf(
        callRecord('fchmod', { args: [4], fd: 4, path: '/etc', fileMode: 0o40755, dev: 0x0801, ino: 7 }),
      ),
    {
      'fd.type': 'directory',
      'fd.directory': '/etc',
      'fd.dev': 0x0801,
      'fd.dev.major': 8,
      'fd.dev.minor': 1,
      'fd.ino': 7n,
    },
  ],
  [
    'a pipe of a process that is gone',
    () =>
      eventOf(
        callRecord('dup2', {
          ...{ ret: 1, args: [4, 1], fd: 4, path: '/', pathFlags: STR_UNREACHABLE },
          ...{ fileMode: 0o10600, ino: 77 },
        }),
      ),
    { 'fd.num': 1, 'fd.type': 'pipe', 'fd.name': 'pipe:[77]', 'fd.directory': null, 'fd.ino': 77n },
  ],
  [
    'a memfd has a name, and no place',
    () =>
      eventOf(callRecord('dup', { ret: 9, args: [4], fd: 4, path: '/memfd:x', pathFlags: STR_UNREACHABLE })),
    { 'fd.num': 9, 'fd.type': 'memfd', 'fd.name': 'x', 'evt.arg.oldfd': '<m>x' },
  ],
  [
    'a socket of a process that is gone is no file',
    () => eventOf(callRecord('dup', { ret: 9, args: [4], fd: 4, path: '/TCP', pathFlags: STR_UNREACHABLE })),
    { 'fd.num': 9, 'fd.type': null, 'fd.name': null, 'fd.directory': null, 'evt.arg.oldfd': '4' },
  ],
  [
    'kernel numbers become those of rules',
    () => eventOf(callRecord('unshare', { args: [0x10000000 | 0x20000000 | 0x400] })),
    { 'evt.arg.flags': 'CLONE_FILES|CLONE_NEWPID|CLONE_NEWUSER', 'evt.rawarg.flags': 0x100041 },
  ],
  [
    'a flag of bit 31',
    () => eventOf(callRecord('unshare', { args: [0x80000000] })),
    { 'evt.arg.flags': 'CLONE_IO', 'evt.rawarg.flags': 4 },
  ],
  [
    'nobody and unknown ids',
    () => eventOf(callRecord('setresuid', { args: [0xffffffff, 33, 4242] })),
    {
      'evt.arg.ruid': '<NONE>',
      'evt.arg.euid': 'www-data',
      'evt.arg.suid': '<NA>',
      'evt.args': 'res=0 ruid=-1(<NONE>) euid=33(www-data) suid=4242(<NA>)',
    },
  ],
  [
    'bpf, kill, mount',
    () => eventOf(callRecord('bpf', { args: [5], ret: 9 })),
    { 'evt.arg.cmd': 'BPF_PROG_LOAD', 'evt.rawarg.cmd': 5 },
  ],
  [
    'kill',
    () => eventOf(callRecord('kill', { args: [77, 9] }), { processes: [process(100), process(77)] }),
    { 'evt.arg.sig': 'SIGKILL', 'evt.arg.pid': 'cat', 'evt.category': 'signal' },
  ],
  [
    'mount',
    () =>
      eventOf(
        callRecord('mount', { args: [0, 0, 0, 0x1001], name: '/dev/sda', name2: '/mnt', text: 'ext4' }),
      ),
    {
      'evt.arg.flags': 'RDONLY|BIND',
      'evt.arg.dev': '/dev/sda',
      'evt.arg.type': 'ext4',
      'fs.path.target': '/mnt',
    },
  ],
  [
    'protection without a bit is a flag of its own',
    () => eventOf(callRecord('mprotect', { args: [0x7f0000001000n, 4096, 0] })),
    {
      'evt.args': 'res=0 addr=7F0000001000 length=4096 prot=0(PROT_NONE)',
      'evt.rawarg.addr': 0x7f0000001000n,
      'evt.count.error.memory': 0,
    },
  ],
  [
    'an error instead of a descriptor',
    () => eventOf(callRecord('memfd_create', { ret: -24, text: 'x', args: [0, 1] })),
    {
      'evt.arg.fd': 'EMFILE',
      'evt.arg.flags': 'MFD_CLOEXEC',
      'fd.num': -1,
      'fd.name': null,
      'fd.type': null,
    },
  ],
  [
    'a client over IPv4',
    () =>
      eventOf(
        socketRecord('connect', {
          args: [3],
          fd: 3,
          ret: -115,
          state: 2,
          local: V4.client,
          remote: V4.server,
        }),
      ),
    {
      'fd.name': '10.0.0.1:50000->10.0.0.2:443',
      'fd.cip': '10.0.0.1',
      'fd.sip': '10.0.0.2',
      'fd.lport': 50000,
      'fd.rport': 443,
      'fd.sproto': 'https',
      'fd.cproto': '50000',
      'fd.l4proto': 'tcp',
      'fd.sockfamily': 'ip',
      'fd.is_server': false,
      'fd.connected': true,
      'fd.name_changed': true,
      'evt.arg.fd': '<4t>10.0.0.1:50000->10.0.0.2:443',
      'evt.res': 'EINPROGRESS',
      'evt.category': 'net',
      'fd.directory': null,
    },
  ],
  [
    'a server: the remote end is the client',
    () => eventOf(socketRecord('accept4', { ret: 5, fd: 5, state: 1, local: V4.server, remote: V4.client })),
    {
      'fd.num': 5,
      'fd.name': '10.0.0.1:50000->10.0.0.2:443',
      'fd.cip': '10.0.0.1',
      'fd.lip': '10.0.0.2',
      'fd.rip': '10.0.0.1',
      'fd.is_server': true,
      'evt.arg.tuple': '10.0.0.1:50000->10.0.0.2:443',
    },
  ],
  [
    'listening',
    () => eventOf(socketRecord('listen', { args: [3, 128], fd: 3, state: 10, local: V4.server })),
    {
      'fd.name': '10.0.0.2:443',
      'fd.sip': '10.0.0.2',
      'fd.cip': null,
      'fd.connected': false,
      'evt.arg.backlog': '128',
    },
  ],
  [
    'IPv6',
    () =>
      eventOf(
        socketRecord('connect', {
          args: [3],
          fd: 3,
          family: 10,
          state: 1,
          local: [LOOPBACK6, 40000],
          remote: [LOOPBACK6, 22],
        }),
      ),
    { 'fd.type': 'ipv6', 'fd.typechar': '6', 'fd.name': '::1:40000->::1:22', 'fd.sip': LOOPBACK6.join('.') },
  ],
  [
    'IPv4 in a socket for both',
    () =>
      eventOf(
        socketRecord('connect', {
          args: [3],
          fd: 3,
          family: 10,
          state: 1,
          local: [mapped(10, 0, 0, 1), 40000],
          remote: [mapped(10, 0, 0, 2), 80],
        }),
      ),
    { 'fd.type': 'ipv4', 'fd.name': '10.0.0.1:40000->10.0.0.2:80', 'fd.sip': '10.0.0.2' },
  ],
  [
    'a datagram to an address given',
    () =>
      eventOf(
        socketRecord('sendto', {
          args: [3],
          fd: 3,
          ret: 30,
          sockType: 2,
          known: 4,
          local: [[0, 0, 0, 0], 40000],
          remote: [[8, 8, 8, 8], 53],
          size: 30,
        }),
      ),
    {
      'fd.l4proto': 'udp',
      'fd.connected': false,
      'fd.name_changed': true,
      'fd.sport': 53,
      'evt.is_io_write': true,
      'evt.io_dir': 'write',
      'evt.category': 'net',
      'evt.arg.size': '30',
    },
  ],
  [
    'a local socket',
    () =>
      eventOf(socketRecord('sendmsg', { args: [3], fd: 3, family: 1, sockType: 2, remotePath: '/dev/log' })),
    {
      'fd.type': 'unix',
      'fd.name': '/dev/log',
      'fd.sockfamily': 'unix',
      'fd.sip': null,
      'fd.l4proto': '<NA>',
      'evt.is_syslog': true,
    },
  ],
  [
    'an abstract name',
    () => eventOf(socketRecord('connect', { args: [3], fd: 3, family: 1, remotePath: '\0bus\nx' })),
    { 'fd.name': '@bus\nx', 'fd.typechar': 'u', 'evt.arg.addr': '@bus\nx' },
  ],
  [
    'a call on what is no socket',
    () => eventOf(socketRecord('connect', { ret: -9, args: [99], fd: 99, family: 0xffff })),
    { 'fd.num': 99, 'fd.type': null, 'fd.name': null, 'fd.is_server': null, 'fd.l4proto': null },
  ],
  [
    'a name that could not be read is missing, an empty one is empty',
    () => eventOf(callRecord('unlink', { ret: -14, name: '', nameFlags: STR_FAULT })),
    { 'evt.arg.path': null, 'evt.args': 'res=-14(EFAULT) path=<NA>', 'evt.abspath': null },
  ],
  [
    'an empty name',
    () => eventOf(callRecord('unlink', { ret: -2, name: '' })),
    { 'evt.arg.path': '', 'evt.args': 'res=-2(ENOENT) path=' },
  ],
  [
    'a failed open names a file, and no descriptor',
    () => eventOf(openRecord('openat', { ret: -2, name: 'x', base: '/etc', path: '', openFlags: 1 })),
    {
      'fd.num': -1,
      'fd.name': '/etc/x',
      'fd.directory': '/etc',
      'fd.filename': null,
      'fd.type': null,
      'evt.is_open_write': true,
      'evt.count.error.file': 1,
    },
  ],
  [
    'layers of an opened file',
    () => eventOf(openRecord('open', { ret: 3, flags: 16 | 32, dev: 0x0801 })),
    { 'fd.is_upper_layer': true, 'fd.is_lower_layer': false, 'fd.dev.major': 8, 'fd.dev.minor': 1 },
  ],
];

for (const [name, event, expected] of rows) {
  test(name, () => {
    const made = event();
    for (const [field, value] of Object.entries(expected)) {
      assert.deepEqual(fieldOf(made, field), value, field);
    }
  });
}

const open = (over: records.OpenParts = {}) => openRecord('open', { ret: 3, tsNs: 9 * SECOND, ...over });
const ofProcess = (made: Process, others: Process[] = [], over: records.OpenParts = {}) =>
  eventOf(open({ pid: made.pid, ...over }), { processes: [made, ...others] });

const WALL = 1_700_000_000_000_000_000n;
const ALL_CAPS = (1n << 41n) - 1n;
const caps = (effective: bigint) => ({ permitted: ALL_CAPS, effective, inheritable: 0n });

const DAC_OVERRIDE = 1n << 1n;
interface WritableWorld {
  effective?: bigint;
  groups?: number[];
  mapsIds?: () => boolean;
}
/** The executable is of user 9 and group 9, the process of user 33 and group 33. */
const writable: [name: string, of: Partial<ImageFacts>, world: WritableWorld, expected: boolean][] = [
  ['others may', { exeMode: 0o100757 }, {}, true],
  ['the owner may', { exeUid: 33 }, {}, true],
  ['the owner can give itself the right', { exeMode: 0o100555, exeUid: 33 }, {}, true],
  ['the group may', { exeMode: 0o100775, exeGid: 33 }, {}, true],
  ['the group may not, others may', { exeMode: 0o100757, exeGid: 33 }, {}, false],
  ['a supplementary group may', { exeMode: 0o100775 }, { groups: [5, 9] }, true],
  ['a supplementary group may not, others may', { exeMode: 0o100757 }, { groups: [9] }, false],
  ['another supplementary group', { exeMode: 0o100775 }, { groups: [99] }, false],
  ['nobody may', {}, {}, false],
  ['a capability overrides', { exeMode: 0o100555 }, { effective: DAC_OVERRIDE }, true],
  ['a capability of a user namespace', { userNs: 1 }, { effective: DAC_OVERRIDE, mapsIds: () => true }, true],
  [
    'of one that does not know the owner',
    { userNs: 1 },
    { effective: DAC_OVERRIDE, mapsIds: () => false },
    false,
  ],
  ['on a read-only file system', { exeUid: 33, exeReadonly: true }, { effective: DAC_OVERRIDE }, false],
  ['nothing is known', { exeMode: 0, exeUid: 33 }, { effective: DAC_OVERRIDE }, false],
];
for (const [name, of, { effective = 0n, groups, mapsIds }, expected] of writable) {
  test(`is_exe_writable: ${name}`, () => {
    const made = process(100, { caps: caps(effective) }, { exeMode: 0o100755, exeUid: 9, exeGid: 9, ...of });
    const details = records.details({
      ...(groups === undefined ? {} : { status: () => ({ groups }) as never }),
      ...(mapsIds === undefined ? {} : { mapsIds }),
    });
    const event = eventOf(open({ uid: 33, gid: 33 }), { processes: [made], details });
    assert.equal(fieldOf(event, 'proc.is_exe_writable'), expected);
  });
}

test('capabilities by name, in the order of their bits', () => {
  const event = ofProcess(process(100, { caps: caps(0b100001n) }));
  assert.equal(fieldOf(event, 'thread.cap_effective'), 'CAP_CHOWN CAP_KILL');
  assert.equal(fieldOf(event, 'thread.cap_inheritable'), '');
  assert.match(String(fieldOf(event, 'thread.cap_permitted')), /^CAP_CHOWN .* CAP_CHECKPOINT_RESTORE$/);
});

test('ages of the executable', () => {
  const exeCtime = WALL - 5n;
  const init = process(50, { vpid: 1, pidNs: 7 });
  const made = process(100, { vpid: 2, pidNs: 7 }, { exeCtime, exeLayer: 'upper' });
  const event = ofProcess(made, [init]);
  assert.equal(fieldOf(event, 'proc.exe_ino.ctime_duration_proc_start'), 100_005n);
  assert.equal(fieldOf(event, 'proc.exe_ino.ctime_duration_pidns_start'), 50_005n);
  assert.equal(fieldOf(event, 'proc.pidns_init_start_ts'), WALL + 50_000n);
  assert.equal(fieldOf(event, 'proc.is_exe_upper_layer'), true);
  assert.equal(fieldOf(event, 'proc.is_exe_lower_layer'), false);
  const younger = ofProcess(process(100, {}, { exeCtime: WALL + SECOND_BIG }));
  assert.equal(fieldOf(younger, 'proc.exe_ino.ctime_duration_proc_start'), null);
});

const SECOND_BIG = 1_000_000_000n;

test('leaders: the process of that pid, else the oldest ancestor still in the group', () => {
  const leader = process(10, { sid: 10, pgid: 10, comm: new Interned('login') });
  const shell = process(20, { sid: 10, pgid: 20, comm: new Interned('bash') });
  shell.parent = leader;
  const made = process(100, { sid: 10, pgid: 20, vpgid: 20, comm: new Interned('ssh') });
  made.parent = shell;
  const all = ofProcess(made, [leader, shell]);
  assert.equal(fieldOf(all, 'proc.sname'), 'login');
  assert.equal(fieldOf(all, 'proc.pgid.name'), 'bash');
  assert.equal(fieldOf(all, 'proc.vpgid.exepath'), '/usr/bin/cat');
  assert.equal(fieldOf(all, 'proc.loginshellid'), 20);
  assert.equal(fieldOf(all, 'proc.is_vpgid_leader'), false);
  const gone = ofProcess(made, []);
  assert.equal(fieldOf(gone, 'proc.sname'), 'login');
  assert.equal(fieldOf(gone, 'proc.pgid.name'), 'bash');
});

test('environments are read when asked, of the process and its ancestors', () => {
  const reads: number[] = [];
  const details = records.details({
    environ: (pid) => {
      reads.push(pid);
      return pid === 100 ? 'A=1\0EMPTY=\0' : 'A=2\0B=3 4\0';
    },
  });
  const parent = process(10);
  const made = process(100);
  made.parent = parent;
  const event = eventOf(open(), { processes: [made, parent], details });
  assert.deepEqual(reads, []);
  assert.equal(fieldOf(event, 'proc.env'), 'A=1 EMPTY=');
  assert.equal(fieldOf(event, 'proc.env[A]'), '1');
  assert.equal(fieldOf(event, 'proc.env[B]'), '');
  assert.equal(fieldOf(event, 'proc.aenv[B]'), '3 4');
  assert.equal(fieldOf(event, 'proc.aenv[1]'), 'A=2 B=3 4');
  assert.deepEqual(fieldOf(event, 'proc.aenv'), ['A=2 B=3 4']);
  assert.deepEqual(reads, [100, 10]);
});

test('cgroups: those with a hierarchy of their own, the rest from the unified one', () => {
  const details = records.details({
    cgroups: () => [
      ['memory', '/m'],
      ['', '/u'],
      ['name=systemd', '/s'],
    ],
  });
  const event = eventOf(open(), { processes: [process(100)], details });
  assert.equal(fieldOf(event, 'thread.cgroups'), 'memory=/m cpuset=/u cpu=/u cpuacct=/u io=/u');
  assert.equal(fieldOf(event, 'thread.cgroup.cpu'), '/u');
  assert.equal(fieldOf(event, 'thread.cgroup[pids]'), null);
});

test('a descriptor without a path is looked up: dup2 of a socket', () => {
  const address = (last: number) => Uint8Array.from([10, 0, 0, last]);
  const details = records.details({
    descriptor: (_, fd) =>
      fd !== 1
        ? null
        : {
            type: 'ipv4',
            name: '',
            socket: {
              l4: 'tcp',
              local: { address: address(1), port: 45000 },
              remote: { address: address(2), port: 4444 },
            },
          },
  });
  const record = callRecord('dup2', {
    ret: 1,
    args: [4, 1],
    fd: 4,
    path: '/TCP',
    pathFlags: STR_UNREACHABLE,
  });
  const event = eventOf(record, { processes: [process(100)], details });
  assert.equal(fieldOf(event, 'fd.num'), 1);
  assert.equal(fieldOf(event, 'fd.type'), 'ipv4');
  assert.equal(fieldOf(event, 'fd.sip'), '10.0.0.2');
  assert.equal(fieldOf(event, 'evt.arg.res'), '<4t>10.0.0.1:45000->10.0.0.2:4444');
});

test('a number that stands for another file by now tells nothing', () => {
  const asked: unknown[] = [];
  const details = records.details({
    descriptor: (_, fd, meant) => {
      asked.push([fd, meant]);
      return null;
    },
  });
  const event = eventOf(
    callRecord('read', { args: [4], fd: 4, path: '/TCP', ino: 7, pathFlags: STR_UNREACHABLE }),
    { processes: [process(100)], details },
  );
  assert.equal(fieldOf(event, 'fd.name'), null);
  assert.deepEqual(asked, [[4, { ino: 7n, path: '/TCP' }]]);
});

test('a close that the tracepoint told has the number alone', () => {
  const event = eventOf(callRecord('close', { args: [4] }), { processes: [process(100)] });
  assert.deepEqual([fieldOf(event, 'fd.num'), fieldOf(event, 'fd.name')], [4, null]);
});

test('arguments tell what the record tells, of no other descriptor', () => {
  const details = records.details({ descriptor: () => ({ type: 'file', name: '/etc/shadow' }) });
  const args = (record: Uint8Array) =>
    fieldOf(eventOf(record, { processes: [process(100)], details }), 'evt.args');
  assert.equal(
    args(callRecord('pipe2', { out: [5, 6], ino: 77 })),
    ['res=0', 'fd1=5(<p>pipe:[77])', 'fd2=6(<p>pipe:[77])', 'ino=77', 'flags=0(O_NONE)'].join(' '),
  );
  assert.match(String(args(callRecord('sendfile', { args: [5, 6], fd: 5, path: '/tmp/to' }))), /in_fd=6 /);
});

test('directory of a thread: that of all, unless one of them left', () => {
  const details = records.details({
    threadDirectory: (pid, tid) => (pid === 100 && tid === 105 ? '/srv' : null),
  });
  const known = process(100, { startNs: 0 });
  const cwd = (tid: number) => fieldOf(eventOf(open({ tid }), { processes: [known], details }), 'proc.cwd');
  assert.deepEqual([cwd(100), cwd(105)], ['/', '/']);
  known.threadsApart = true;
  assert.deepEqual([cwd(100), cwd(105), cwd(106)], ['/', '/srv/', null]);
  known.threadsApart = false;
  known.cwd = new Interned('');
  assert.deepEqual([cwd(105), cwd(106)], ['/srv/', null]);
});

test('time since the first event and since the one before', () => {
  const event = eventOf(open({ tsNs: 5 * SECOND }));
  assert.deepEqual([fieldOf(event, 'evt.reltime'), fieldOf(event, 'evt.deltatime')], [0, 0]);
  assert.match(String(fieldOf(event, 'evt.datetime.s')), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
});

test('every field with a value is in the catalogue and gives one or none for any event', () => {
  const events = rows.map(([, event]) => event());
  for (const name of availableFields) {
    const field = syscallCatalogue.get(name);
    assert.ok(field, name);
    if (field.filterOnly) continue;
    const arg = field.arg === 'required' ? '[1]' : '';
    for (const event of events) assert.doesNotThrow(() => fieldOf(event, `${name}${arg}`), name);
  }
});

test('a datagram changes the name when it goes to another peer than the last', () => {
  const peers = new Peers();
  const sent = (ino: number, last: number, ret = 30) => {
    const parts = {
      ...{ args: [3], fd: 3, ret, ino, sockType: 2, known: 4 },
      local: [[10, 0, 0, 1], 40000],
      remote: [[8, 8, 8, last], 53],
    } as const;
    return fieldOf(eventOf(socketRecord('sendto', parts), { peers }), 'fd.name_changed');
  };
  const rows: [ino: number, peer: number, changed: boolean][] = [
    [1, 8, true],
    [1, 8, false],
    [2, 8, true],
    [1, 4, true],
    [1, 4, false],
    [1, 8, true],
    [2, 8, false],
  ];
  for (const [ino, peer, changed] of rows) assert.equal(sent(ino, peer), changed, `${ino} to ${peer}`);
  assert.equal(sent(3, 8, -1), false);
  const twice = eventOf(
    socketRecord('sendto', {
      ...{ args: [3], fd: 3, ret: 1, ino: 9, sockType: 2, known: 4 },
      local: [[10, 0, 0, 1], 40000],
      remote: [[8, 8, 8, 8], 53],
    }),
    { peers },
  );
  assert.deepEqual(
    [1, 2].map(() => fieldOf(twice, 'fd.name_changed')),
    [true, true],
  );
});

test('names of users are those of the system the process lives in, logins those of the host', () => {
  const container = new Users({
    user: (uid) => (uid === 33 ? { name: 'inside', homedir: '/app', shell: '/bin/ash' } : null),
    group: () => ({ name: 'crew' }),
  });
  const event = eventOf(open({ uid: 33, gid: 33 }), {
    processes: [process(100, { loginuid: 33 })],
    usersOf: () => container,
  });
  assert.equal(fieldOf(event, 'user.name'), 'inside');
  assert.equal(fieldOf(event, 'user.homedir'), '/app');
  assert.equal(fieldOf(event, 'group.name'), 'crew');
  assert.equal(fieldOf(event, 'user.loginname'), 'www-data');
});
