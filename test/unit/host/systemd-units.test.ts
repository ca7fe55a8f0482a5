import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type UnitNames, unitNames } from '../../../src/host/index.ts';

const NONE: UnitNames = { unit: null, userUnit: null, slice: null, userSlice: null, session: null };

/** Paths as systemd makes them, and the names that sd_pid_get_unit(3) and its kin give. */
const NAMED: readonly (readonly [path: string, names: Partial<UnitNames>])[] = [
  ['/', { slice: '-.slice' }],
  ['/init.scope', { unit: 'init.scope', slice: '-.slice' }],
  ['/system.slice/ssh.service', { unit: 'ssh.service', slice: 'system.slice' }],
  [
    '/system.slice/system-getty.slice/getty@tty1.service',
    { unit: 'getty@tty1.service', slice: 'system-getty.slice' },
  ],
  [
    '/system.slice/docker-0123abcd.scope/init.scope',
    { unit: 'docker-0123abcd.scope', slice: 'system.slice' },
  ],
  ['/system.slice/dev-disk-by\\x2duuid.swap', { unit: 'dev-disk-by\\x2duuid.swap', slice: 'system.slice' }],
  ['/system.slice/_cpu.service', { unit: 'cpu.service', slice: 'system.slice' }],
  [
    '/user.slice/user-1000.slice/session-3.scope',
    { unit: 'session-3.scope', slice: 'user-1000.slice', session: '3' },
  ],
  [
    '/user.slice/user-1000.slice/session-c1.scope/x',
    { unit: 'session-c1.scope', slice: 'user-1000.slice', session: 'c1' },
  ],
  [
    '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome.slice/foo@1.service/sub',
    {
      unit: 'user@1000.service',
      slice: 'user-1000.slice',
      userUnit: 'foo@1.service',
      userSlice: 'app-gnome.slice',
    },
  ],
  [
    '/user.slice/user-1000.slice/user@1000.service/init.scope',
    { unit: 'user@1000.service', slice: 'user-1000.slice', userUnit: 'init.scope', userSlice: '-.slice' },
  ],
  [
    '/user.slice/user-1000.slice/user@1000.service',
    { unit: 'user@1000.service', slice: 'user-1000.slice', userSlice: '-.slice' },
  ],
  ['/system.slice', { slice: 'system.slice' }],
  [
    '/kubepods.slice/kubepods-burstable.slice/cri-containerd-0a.scope',
    { unit: 'cri-containerd-0a.scope', slice: 'kubepods-burstable.slice' },
  ],
  ['/docker/0123abcd', { slice: '-.slice' }],
  // A user's manager may call a unit as it likes; the system's unit stays.
  [
    '/user.slice/user-1000.slice/user@1000.service/session-7.scope',
    {
      unit: 'user@1000.service',
      slice: 'user-1000.slice',
      userUnit: 'session-7.scope',
      userSlice: '-.slice',
    },
  ],
  // What only looks like a name.
  ['/system.slice/session-../../etc.scope', { slice: 'system.slice' }],
  ['/system.slice/session-.scope', { unit: 'session-.scope', slice: 'system.slice' }],
  [
    `/system.slice/session-${'9'.repeat(40)}.scope`,
    { unit: `session-${'9'.repeat(40)}.scope`, slice: 'system.slice' },
  ],
  [
    '/system.slice/user@root.service/app.slice/x.service',
    { unit: 'user@root.service', slice: 'system.slice' },
  ],
  ['/system.slice/bad name.service', { slice: 'system.slice' }],
  ['/system.slice/\x1b[31m.service', { slice: 'system.slice' }],
  [`/system.slice/${'x'.repeat(300)}.service`, { slice: 'system.slice' }],
  ['/.slice/x.service', { slice: '-.slice' }],
];

test('units, slices and sessions by the path of a cgroup', () => {
  for (const [path, names] of NAMED) assert.deepEqual(unitNames(path), { ...NONE, ...names }, path);
});

test('a path that tells nothing', () => {
  for (const path of ['', 'system.slice/ssh.service', '/../system.slice/ssh.service', '/../..']) {
    assert.deepEqual(unitNames(path), NONE, path);
  }
});
