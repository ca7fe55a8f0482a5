import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { parseSession } from '../../../src/host/login-sessions.ts';
import * as abi from '../../../src/schema/record.generated.ts';
import { Units } from '../../../src/state/index.ts';
import {
  callRecord,
  details,
  eventOf,
  fieldOf,
  HOST_MOUNTS,
  machine,
  openRecord,
  process,
} from './records.ts';

const session = parseSession(
  '3',
  'UID=1000\nUSER=alice\nREMOTE=1\nREMOTE_HOST=203.0.113.9\nTYPE=tty\nSERVICE=sshd\nAUDIT=3\n',
);

/** An event of a process in a cgroup of this path, in this audit session. */
function eventIn(cgroup: string, audit: number | null, parentAudit: number | null = null) {
  const of = details({
    cgroups: () => [['', cgroup]],
    auditSession: (pid) => (pid === 100 ? audit : parentAudit),
  });
  const sessions = { get: (id: string) => (id === '3' ? session : null) };
  const record = openRecord('openat', { pid: 100 });
  const units = new Units(of, () => null);
  return eventOf(record, {
    processes: [process(100, { startNs: 0 })],
    details: of,
    machine: machine(of, { units, sessions }),
  });
}

const SCOPE = '/user.slice/user-1000.slice/session-3.scope';
const SERVICE = '/system.slice/cron.service';

/** Field values by where the process is. */
const ORIGINS: readonly (readonly [
  name: string,
  cgroup: string,
  audit: number | null,
  values: Readonly<Record<string, unknown>>,
])[] = [
  [
    'in the scope of a session',
    SCOPE,
    null,
    {
      'proc.unit': 'session-3.scope',
      'proc.slice': 'user-1000.slice',
      'proc.user_unit': null,
      'proc.session.id': '3',
      'proc.session.uid': 1000,
      'proc.session.user': 'alice',
      'proc.session.remote': true,
      'proc.session.remote_host': '203.0.113.9',
      'proc.session.remote_user': null,
      'proc.session.service': 'sshd',
    },
  ],
  [
    'moved away, known by the audit session',
    SERVICE,
    3,
    { 'proc.unit': 'cron.service', 'proc.session.user': 'alice' },
  ],
  [
    'an audit session that logind does not know',
    SERVICE,
    4,
    { 'proc.session.id': null, 'proc.session.remote': null },
  ],
  [
    'a service',
    SERVICE,
    null,
    { 'proc.unit': 'cron.service', 'proc.session.id': null, 'proc.user_slice': null },
  ],
  [
    'a scope of no session',
    SCOPE.replace('3', '9'),
    null,
    { 'proc.unit': 'session-9.scope', 'proc.session.id': null },
  ],
];

test('unit and session', () => {
  for (const [name, cgroup, audit, values] of ORIGINS) {
    const event = eventIn(cgroup, audit);
    for (const [field, value] of Object.entries(values))
      assert.equal(fieldOf(event, field), value, `${name}: ${field}`);
  }
});

test("the audit session of a process that is gone is its parent's", () => {
  for (const [audit, parentAudit, user] of [
    [null, 3, 'alice'],
    [-1, 3, null],
    [null, -1, null],
    [null, null, null],
  ] as const) {
    const event = eventIn(SERVICE, audit, parentAudit);
    event.process!.parent = process(99, { startNs: 0 });
    assert.equal(fieldOf(event, 'proc.session.user'), user);
  }
});

test('a session file of the same number that is no audit session is not that session', () => {
  const of = details({ auditSession: () => 3 });
  const sessions = { get: () => parseSession('3', 'USER=mallory\n') };
  const event = eventOf(openRecord('openat', { pid: 100 }), {
    processes: [process(100, { startNs: 0 })],
    details: of,
    machine: machine(of, { sessions }),
  });
  assert.equal(fieldOf(event, 'proc.session.user'), null);
});

const MAPPED = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 203, 0, 113, 9]);
const tcp = (remote: Uint8Array | null) => ({
  type: 'ipv6',
  name: '',
  socket: {
    l4: 'tcp' as const,
    local: { address: new Uint8Array(16), port: 22 },
    remote: remote === null ? null : { address: remote, port: 40_000 },
  },
});

/** Which processes stand above the event's, nearest last, and which of them holds the connection as descriptor 4. */
const ABOVE: readonly (readonly [
  name: string,
  above: readonly (readonly [pid: number, exepath: string, uid: number, mntNs?: number])[],
  holder: number,
  peer: string | null,
])[] = [
  [
    'sshd of root',
    [
      [10, '/usr/sbin/sshd', 0],
      [11, '/usr/sbin/sshd', 0],
      [12, '/bin/bash', 1000],
    ],
    11,
    '203.0.113.9',
  ],
  ['the program of one connection', [[11, '/usr/lib/openssh/sshd-session', 0]], 11, '203.0.113.9'],
  ["somebody's own sshd", [[11, '/usr/sbin/sshd', 1000]], 11, null],
  ['another program', [[11, '/tmp/sshd', 0]], 11, null],
  ['root of a container', [[11, '/usr/sbin/sshd', 0, 77]], 11, null],
  ['one whose mounts are not known', [[11, '/usr/sbin/sshd', 0, 0]], 11, null],
  ['the one that only listens', [[10, '/usr/sbin/sshd', 0]], 99, null],
];

test('the SSH client, from the socket that root holds', () => {
  for (const [name, above, holder, peer] of ABOVE) {
    const chain = above.map(([pid, exepath, uid, mntNs = HOST_MOUNTS]) =>
      process(pid, { startNs: 0, uid }, { exepath: new Interned(exepath), mntNs }),
    );
    const last = process(100, { startNs: 0, uid: 1000 });
    for (const [at, child] of [...chain, last].entries()) child.parent = chain[at - 1] ?? null;
    const of = details({
      descriptor: (pid, fd) => (pid === holder && fd === 4 ? tcp(MAPPED) : fd === 3 ? tcp(null) : null),
    });
    const event = eventOf(openRecord('openat', { pid: 100 }), { processes: [...chain, last], details: of });
    assert.equal(fieldOf(event, 'proc.ssh.rip'), peer, name);
    assert.equal(fieldOf(event, 'proc.ssh.rport'), peer === null ? null : 40_000, name);
  }
});

test('how it was done, and where the name led', () => {
  const open = eventOf(
    openRecord('openat', { name: '/tmp/link', path: '/etc/shadow', flags: abi.FLAG_IO_URING }),
  );
  assert.equal(fieldOf(open, 'evt.is_io_uring'), true);
  assert.equal(fieldOf(open, 'fs.path.resolved'), '/etc/shadow');
  const failed = eventOf(openRecord('openat', { name: '/tmp/none', path: '', ret: -2 }));
  assert.equal(fieldOf(failed, 'evt.is_io_uring'), false);
  assert.equal(fieldOf(failed, 'fs.path.resolved'), null);
  const call = eventOf(callRecord('fchmod', { path: '/srv/data', pathFlags: abi.STR_UNREACHABLE }));
  assert.equal(fieldOf(call, 'fs.path.resolved'), '(unreachable)/srv/data');
});
