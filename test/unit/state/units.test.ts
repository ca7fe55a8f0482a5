import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { Process, Units } from '../../../src/state/index.ts';
import { details, SECOND, task } from '../engine/records.ts';

const SSH = '/system.slice/ssh.service';
const process = new Process(task(100, { startNs: 0 }));

/** A machine that shows these lines of /proc/PID/cgroup; `ids` by path. */
function units(lines: readonly (readonly [string, string])[], ids: Readonly<Record<string, bigint>> | null) {
  let reads = 0;
  const source = details({
    cgroups: () => {
      reads++;
      return lines;
    },
  });
  const made = new Units(source, (path) => (ids === null ? null : (ids[path] ?? null)));
  return { of: (id: bigint) => made.of(process, id, SECOND), units: made, reads: () => reads };
}

const path = (text: string) => () => new Interned(text);

test('what an exec told holds for the whole cgroup, without a look at /proc', () => {
  const { of, units: made, reads } = units([], {});
  made.learn(7n, path(SSH));
  made.learn(7n, () => assert.fail('the path of a known cgroup is not asked for'));
  assert.deepEqual([of(7n).unit?.text, of(7n).slice?.text], ['ssh.service', 'system.slice']);
  assert.equal(of(7n).unit, of(7n).unit);
  assert.equal(reads(), 0);
});

test('names that cannot be trusted to be whole are not learned', () => {
  const { of, units: made } = units([], {});
  const deep = `/a${'/b'.repeat(11)}`;
  for (const [id, text] of [
    [0n, SSH],
    [8n, '/'],
    [9n, ''],
    [10n, deep],
  ] as const) {
    made.learn(id, path(text));
    assert.equal(of(id).unit, null, text);
  }
});

/** What /proc shows → the unit of an event in cgroup 7. */
const SHOWN: readonly (readonly [
  name: string,
  lines: readonly (readonly [string, string])[],
  ids: Readonly<Record<string, bigint>> | null,
  unit: string | null,
])[] = [
  ['the same cgroup', [['', SSH]], { [SSH]: 7n }, 'ssh.service'],
  ['it moved since', [['', SSH]], { [SSH]: 8n }, null],
  ['ids cannot be told', [['', SSH]], null, 'ssh.service'],
  [
    'cgroup v1',
    [
      ['memory', '/x'],
      ['name=systemd', SSH],
      ['', '/'],
    ],
    null,
    'ssh.service',
  ],
  ['no systemd', [['memory', '/x']], null, null],
  ['nothing', [], null, null],
];

test('an unknown cgroup is looked up', () => {
  for (const [name, lines, ids, unit] of SHOWN) {
    assert.equal(units(lines, ids).of(7n).unit?.text ?? null, unit, name);
  }
});

test('any number of cgroups may come', () => {
  const { of, units: made } = units([], {});
  for (let id = 1n; id < 10_000n; id++) made.learn(id, path(`/system.slice/s${id}.service`));
  assert.equal(of(9_999n).unit?.text, 's9999.service');
  assert.equal(of(1n).unit, null);
});
