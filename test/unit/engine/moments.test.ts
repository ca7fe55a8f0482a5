import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { EventRecord } from '../../../src/decode/index.ts';
import { applyRecord } from '../../../src/engine/apply.ts';
import { Environment, ProcessTable } from '../../../src/state/index.ts';
import { details, eventOf, fieldOf, momentRecord, process, type World } from './records.ts';

/** What happens to a thread without a call of it: switch, signaldeliver, page_fault. */

const NEXT = process(7, { comm: new Interned('kworker') });
const WORLD: World = { processes: [process(100), NEXT, process(42, { comm: new Interned('killer') })] };

const rows: [title: string, record: Uint8Array, fields: Record<string, unknown>][] = [
  [
    'switch',
    momentRecord('switch', { args: [7, 1, 20, 3000, 2000, 10], slice: 1500, cpuTime: 7_000_000_000 }),
    {
      'evt.type': 'switch',
      'evt.category': 'scheduler',
      'evt.args': 'next=7(kworker) pgft_maj=1 pgft_min=20 vm_size=3000 vm_rss=2000 vm_swap=10',
      'evt.rawarg.vm_rss': 2000,
      'thread.exectime': 1500,
      'thread.totexectime': 7_000_000_000,
      'proc.name': 'cat',
    },
  ],
  [
    'signal of a process',
    momentRecord('signaldeliver', { args: [42, 100, 15] }),
    {
      'evt.category': 'signal',
      'evt.args': 'spid=42(killer) dpid=100(cat) sig=15(SIGTERM)',
      'evt.arg.sig': 'SIGTERM',
      'evt.rawarg.sig': 15,
    },
  ],
  [
    'real-time signal of nobody',
    momentRecord('signaldeliver', { args: [0, 100, 40] }),
    { 'evt.args': 'spid=0 dpid=100(cat) sig=40' },
  ],
  [
    'page fault of a program that writes',
    momentRecord('page_fault', { args: [0x7f0000001000n, 0x401234, 6] }),
    {
      'evt.category': 'other',
      'evt.arg.addr': '7F0000001000',
      'evt.arg.ip': '401234',
      'evt.arg.error': 'PAGE_NOT_PRESENT|WRITE_ACCESS|USER_FAULT',
      'evt.rawarg.error': 2 | 4 | 16,
    },
  ],
  [
    'page fault of the kernel, with every other bit',
    momentRecord('page_fault', { args: [0xffff_8000_0000_0000n, 0, 1 | 8 | 16] }),
    {
      'evt.arg.addr': 'FFFF800000000000',
      'evt.arg.error': 'PROTECTION_VIOLATION|READ_ACCESS|SUPERVISOR_FAULT|RESERVED_PAGE|INSTRUCTION_FETCH',
    },
  ],
];

for (const [title, record, fields] of rows)
  test(title, () => {
    const event = eventOf(record, WORLD);
    for (const [field, expected] of Object.entries(fields))
      assert.equal(fieldOf(event, field), expected, field);
    // They are no calls: they begin nothing and have no result.
    const no = {
      'evt.res': null,
      'evt.rawres': null,
      'syscall.type': null,
      'evt.failed': null,
      'fd.num': null,
    };
    for (const [field, expected] of Object.entries({ ...no, 'evt.dir': '>', 'evt.is_io': false }))
      assert.equal(fieldOf(event, field), expected, field);
  });

test('only a switch knows the length of a slice; processor time of others is from /proc', () => {
  const world = { ...WORLD, details: details({ cpuNs: () => 5 }) };
  const fault = eventOf(momentRecord('page_fault', { slice: 9, cpuTime: 9 }), world);
  assert.deepEqual([fieldOf(fault, 'thread.exectime'), fieldOf(fault, 'thread.totexectime')], [0, 5]);
});

test('a processor that idles is in no process, and nobody looks for one', () => {
  const table = new ProcessTable(() => assert.fail('asked /proc for process 0'));
  const proc = { argv: () => [], exe: () => null, cgroup: () => {}, environment: () => new Environment() };
  const bytes = momentRecord('switch', { pid: 0, args: [7] });
  const record = new EventRecord(bytes);
  assert.ok(record.at(0, bytes.length));
  assert.equal(applyRecord(table, record, proc), null);
  assert.equal(table.stats.misses, 0);
});
