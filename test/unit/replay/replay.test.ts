import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Alert } from '../../../src/base/alert.ts';
import type { ReplaySummary, RulesInput } from '../../../src/engine/messages.ts';
import { replay } from '../../../src/engine/replay.ts';
import { block, event, files, i64, processes, section, tcp, u32, tcp as udp, users } from './capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-replay-'));
after(() => rmSync(folder, { recursive: true }));

const format = {
  ...{ hostname: 'host', timeFormatIso8601: false, includeOutput: true, includeMessage: false },
  ...{ includeOutputFields: true, includeTags: true },
};

function rule(condition: string, output: string): RulesInput {
  const content = `- rule: r\n  desc: d\n  condition: ${condition}\n  output: "${output}"\n  priority: NOTICE\n`;
  return {
    files: [{ name: 'r.yaml', content }],
    ...{ compat: 'saker', minimumPriority: 'Debug', matching: 'all', selection: [], appendOutput: [] },
    ...{ staticFields: {}, format, syscalls: { all: false, customSet: [], dropFailed: false } },
  } as unknown as RulesInput;
}

async function run(bytes: Buffer, rules: RulesInput): Promise<{ alerts: Alert[]; summary: ReplaySummary }> {
  const path = join(folder, 'x.scap');
  writeFileSync(path, bytes);
  const alerts: Alert[] = [];
  const { engine, summary } = await replay(path, rules, async (found) => {
    alerts.push(...found.takeAlerts());
  });
  assert.equal(engine.stats(0).lastFault, '');
  return { alerts, summary };
}

const outputs = (alerts: readonly Alert[]): string[] =>
  alerts.map(({ output }) => output.replace(/^.*Notice | container_id=.*$/g, ''));

const CONTAINER = '0123456789abcdef'.repeat(4);
const shell = processes({ pid: 1, ppid: 0, comm: 'init' }, { pid: 100, comm: 'sh', uid: 33, cwd: '/srv/' });
const opened = (name: string, form?: 'new' | 'old' | 'large') =>
  event(307, [3, -100, name, u32(1), u32(0), u32(0), i64(5)], {}, form);
const image = (pid: number, comm: string, args: string, filename: string) => [
  ...[
    0,
    `/usr/bin/${comm}`,
    Buffer.from(args),
    pid,
    pid,
    100,
    '/srv/',
    1024,
    0,
    0,
    u32(0),
    u32(0),
    u32(0),
    comm,
  ],
  ...[
    Buffer.from(`cpu=/docker/${CONTAINER}\0`),
    Buffer.from(''),
    u32(0),
    1,
    u32(0xffffffff),
    u32(0),
    0,
    0,
    0,
  ],
  ...[9, 0, 0, u32(33), filename],
];
const cloned = (result: number, tid: number) => [
  ...[
    result,
    'sh',
    Buffer.from(''),
    tid,
    tid,
    result === 0 ? 100 : 1,
    '/srv/',
    1024,
    0,
    0,
    u32(0),
    u32(0),
    u32(0),
  ],
  ...['sh', Buffer.from(''), u32(0), u32(33), u32(33), tid, tid],
];

const cases: readonly { name: string; blocks: Buffer[]; rules: RulesInput; expected: string[] }[] = [
  {
    name: 'an open has its file, process, parent and user',
    blocks: [shell, users([33, 'www']), opened('passwd')],
    rules: rule(
      'evt.type = openat and fd.name = /srv/passwd',
      '%fd.name %fd.num %proc.name %proc.pname %user.name',
    ),
    expected: ['/srv/passwd 3 sh init www'],
  },
  ...(['old', 'large'] as const).map((form) => ({
    name: `blocks of the form ${form}`,
    blocks: [shell, opened('/etc/shadow', form)],
    rules: rule('evt.type = openat', '%fd.name'),
    expected: ['/etc/shadow'],
  })),
  {
    name: 'a clone and an execve, whichever end of the clone comes first',
    blocks: [
      shell,
      event(223, cloned(0, 200), { tid: 200, ns: 1 }),
      event(223, cloned(200, 100), { ns: 2 }),
      event(293, image(200, 'cat', '/etc/passwd\0', '/usr/bin/cat'), { tid: 200, ns: 3 }),
    ],
    rules: rule(
      'evt.type = execve',
      '%proc.name %proc.args %proc.exepath %proc.pname %proc.aname[2] %container.id',
    ),
    expected: [`cat /etc/passwd /usr/bin/cat sh init ${CONTAINER.slice(0, 12)}`],
  },
  {
    name: 'a connection in the form of today, and in that of old writers, who tell the descriptor where the call begins',
    blocks: [
      shell,
      event(19, [4, u32(2), u32(1), u32(6)]),
      event(22, [4]),
      event(23, [0, tcp([[10, 0, 0, 1], 40000], [[192, 0, 2, 7], 443])]),
      event(23, [-111, tcp([[10, 0, 0, 1], 40001], [[192, 0, 2, 8], 80]), 4]),
    ],
    rules: rule('evt.type = connect', '%fd.name %fd.sip %fd.sport %fd.l4proto %evt.res'),
    expected: [
      '10.0.0.1:40000->192.0.2.7:443 192.0.2.7 443 tcp SUCCESS',
      '10.0.0.1:40001->192.0.2.8:80 192.0.2.8 80 tcp ECONNREFUSED',
    ],
  },
  {
    name: 'several messages in one call, with whom and in which direction',
    blocks: [
      shell,
      event(19, [4, u32(2), u32(2), u32(17)]),
      event(51, [1, 4, u32(3), Buffer.from('ask'), udp([[10, 0, 0, 1], 40000], [[192, 0, 2, 53], 53])]),
      event(55, [
        ...[1, 4, u32(6), Buffer.from('answer'), udp([[192, 0, 2, 53], 53], [[10, 0, 0, 1], 40000])],
        Buffer.from(''),
      ]),
    ],
    rules: rule(
      'evt.type in (sendmmsg, recvmmsg)',
      '%evt.type %fd.rip %fd.rport %evt.arg.size %evt.arg.data',
    ),
    expected: ['sendmmsg 192.0.2.53 53 3 ask', 'recvmmsg 192.0.2.53 53 6 answer'],
  },
  {
    name: 'descriptors: of the list, after dup, not after close',
    blocks: [
      shell,
      files(100, [5, '/var/log/a']),
      event(367, [6, 5]),
      event(9, [2, Buffer.from('hi'), 6, u32(2)]),
      event(5, [0, 6]),
      event(9, [2, Buffer.from('hi'), 6, u32(2)]),
    ],
    rules: rule('evt.type = write', '%fd.name'),
    expected: ['/var/log/a', '<NA>'],
  },
  {
    name: 'names of calls, against the directory of a descriptor',
    blocks: [
      shell,
      files(100, [5, '/var/lib']),
      event(303, [0, 5, 'db', u32(0)]),
      event(315, [0, '/a', u32(0o4755)]),
    ],
    rules: rule('evt.type in (unlinkat, chmod)', '%evt.type %fs.path.name %evt.arg.mode'),
    expected: [
      'unlinkat /var/lib/db <NA>',
      'chmod /a S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID',
    ],
  },
  {
    name: 'flags that captures number by themselves are those of the call',
    blocks: [
      shell,
      files(100, [5, '/var/lib']),
      event(311, [0, -100, '/a', 5, 'b', u32(0x1400)]),
      event(385, [0, 5, 'a', u32(1), u32(2), u32(0x1100)]),
      event(365, [7, 5, 7, u32(1 << 12)]),
      event(161, [0, u32(1), u32(2), u32(3), 0, 4096, u32(6), u32(0b1010), 5, 0]),
      event(329, [-13, 4096, 8192, u32(0x14)]),
      event(285, [0, u32(0x100020)]),
      event(257, [0, '/dev/sda', '/mnt', 'ext4', u32(0x1001)]),
      event(151, [8, 5, Buffer.from([26]), 8]),
    ],
    rules: rule(
      'evt.type in (linkat, fchownat, dup3, mmap, mprotect, unshare, mount, fcntl)',
      '%evt.type %evt.arg.flags %evt.arg.prot %evt.arg.cmd',
    ),
    expected: [
      'linkat AT_SYMLINK_FOLLOW|AT_EMPTY_PATH <NA> <NA>',
      'fchownat AT_SYMLINK_NOFOLLOW|AT_EMPTY_PATH <NA> <NA>',
      'dup3 O_CLOEXEC <NA> <NA>',
      'mmap MAP_PRIVATE|MAP_ANONYMOUS PROT_WRITE|PROT_EXEC <NA>',
      'mprotect <NA> PROT_EXEC|PROT_GROWSDOWN <NA>',
      'unshare CLONE_NEWNS|CLONE_NEWUSER <NA> <NA>',
      'mount RDONLY|BIND <NA> <NA>',
      'fcntl <NA> <NA> F_DUPFD_CLOEXEC',
    ],
  },
  {
    name: 'a process that traces another, and the descriptor of a namespace',
    blocks: [
      shell,
      files(100, [5, '/proc/1/ns/mnt']),
      event(241, [0, 5, u32(0x20)]),
      event(169, [
        0,
        Buffer.concat([Buffer.from([0]), i64(4096)]),
        Buffer.from([1, 9]),
        Buffer.from([11, 0]),
        1,
      ]),
    ],
    rules: rule(
      'evt.type in (setns, ptrace)',
      '%evt.type %fd.name %evt.arg.nstype %evt.arg.request %evt.arg.addr %evt.rawarg.data %evt.arg.pid',
    ),
    expected: [
      'setns /proc/1/ns/mnt CLONE_NEWNS <NA> <NA> <NA> <NA>',
      'ptrace <NA> <NA> PTRACE_ATTACH 1000 9 init',
    ],
  },
  {
    name: 'descriptors that a copy, a handle and a range make and end',
    blocks: [
      shell,
      files(100, [5, '/a']),
      event(151, [6, 5, Buffer.from([1]), 0]),
      event(337, [7, -100, u32(1), '/b', u32(3), i64(4)]),
      event(451, [0, u32(5), u32(5), u32(0)]),
      ...[5, 6, 7].map((fd) => event(71, [0, fd])),
    ],
    rules: rule('evt.type = fstat', '%fd.name'),
    expected: ['<NA>', '/a', '/b'],
  },
  {
    name: 'what old writers told where a call began and again where it ended is taken once',
    blocks: [
      shell,
      event(80, [Buffer.from([0, 0]), 1500]),
      event(81, [0, Buffer.from([0, 0])]),
      event(188, [3, 4, 0, 77]),
      event(189, [77, 0]),
      event(189, [78, 0, 3, 4, 78]),
    ],
    rules: rule('evt.type in (poll, sendfile)', '%evt.type %evt.arg.timeout %evt.arg.size'),
    expected: ['poll 1500 <NA>', 'sendfile <NA> 77', 'sendfile <NA> 78'],
  },
];

for (const { name, blocks, rules, expected } of cases) {
  test(name, async () => {
    const bytes = Buffer.concat([section(), ...blocks]);
    const plain = await run(bytes, rules);
    assert.equal(plain.summary.error, null);
    assert.equal(plain.summary.broken, 0);
    assert.deepEqual(outputs(plain.alerts), expected);
    const packed = await run(gzipSync(bytes), rules);
    assert.deepEqual(outputs(packed.alerts), expected);
  });
}

test('alerts have the time of the file', async () => {
  const { alerts } = await run(
    Buffer.concat([section(), shell, opened('/a')]),
    rule('evt.type = openat', '%evt.rawtime'),
  );
  assert.deepEqual(outputs(alerts), ['1700000000000000000']);
});

const anyOpen = rule('evt.type = openat', '%fd.name');
const good = [section(), shell, opened('/a')];

const wrongFiles: readonly [name: string, bytes: Buffer, error: RegExp, alerts: number][] = [
  ['nothing', Buffer.alloc(0), /empty/, 0],
  ['another file', Buffer.from('#!/bin/sh\necho hello world\n'), /not a capture file/, 0],
  ['the other byte order', section(0x4d3c2b1a), /big-endian/, 0],
  ['another version', section(undefined, 2), /version 2/, 0],
  ['cut in a block', Buffer.concat(good).subarray(0, -3), /ends in the middle of a block/, 0],
  ['a block of 4 GiB', Buffer.concat([...good, u32(0x216), u32(0xfffffff0), u32(0)]), /says it has/, 1],
  ['a block of no length', Buffer.concat([...good, u32(0x216), u32(0), u32(0)]), /says it has 0/, 1],
  ['cut in gzip', gzipSync(Buffer.concat(good)).subarray(0, -12), /unexpected end of file/, 0],
];

for (const [name, bytes, error, count] of wrongFiles) {
  test(`a file that is wrong ends with a reason: ${name}`, async () => {
    const { alerts, summary } = await run(bytes, anyOpen);
    assert.match(summary.error ?? '', error);
    assert.equal(alerts.length, count);
  });
}

const event7 = event(307, [3]).subarray(8, -4);
const wrongBlocks: readonly [name: string, block: Buffer][] = [
  ['more parameters than bytes', block(0x216, Buffer.concat([event7.subarray(0, 24), u32(60)]))],
  ['a count of four billion', block(0x216, Buffer.concat([event7.subarray(0, 24), u32(0xffffffff)]))],
  [
    'an event longer than its block',
    block(0x216, Buffer.concat([event7.subarray(0, 18), u32(9999), event7.subarray(22)])),
  ],
  ['an old event whose lengths do not fit', block(0x204, event7)],
  ['a process longer than the list', block(0x215, Buffer.concat([u32(500), Buffer.alloc(40)]))],
  ['descriptors that are cut', block(0x218, Buffer.concat([i64(100), u32(900), Buffer.alloc(30)]))],
  ['a user without an end', block(0x220, Buffer.concat([u32(900), Buffer.alloc(20)]))],
];

for (const [name, wrong] of wrongBlocks) {
  test(`a block that is wrong is counted, those behind it are read: ${name}`, async () => {
    const { alerts, summary } = await run(Buffer.concat([section(), shell, wrong, opened('/a')]), anyOpen);
    assert.equal(summary.error, null);
    assert.equal(summary.broken, 1);
    assert.deepEqual(outputs(alerts), ['/a']);
  });
}

test('types that are not known are counted by number', async () => {
  const strange = [event(191, [0]), event(191, [0]), event(9999, []), block(0x777, Buffer.alloc(8))];
  const { summary } = await run(Buffer.concat([section(), shell, ...strange]), anyOpen);
  assert.deepEqual(Object.fromEntries(summary.skippedEvents), { 191: 2, 9999: 1 });
  assert.deepEqual(Object.fromEntries(summary.skippedBlocks), { 1911: 1 });
});

test('a text of a file forges no line', async () => {
  const { alerts } = await run(Buffer.concat([section(), shell, opened('/a\nNotice x')]), anyOpen);
  assert.equal(alerts.length, 1);
  assert.ok(!alerts[0]!.output.includes('\n'));
});

test('parameters of any size and number crash nothing', async () => {
  const types = [...Array(460).keys()].filter((type) => type % 2 === 1);
  const shapes = [
    [],
    [0],
    [-1, 'x'],
    [0, Buffer.alloc(3), 7],
    Array(40).fill(Buffer.alloc(1)),
    Array(31).fill(i64(-1)),
  ];
  const blocks = types.flatMap((type) => shapes.map((params) => event(type, params)));
  const { summary } = await run(Buffer.concat([section(), shell, ...blocks, event(186, [])]), anyOpen);
  assert.equal(summary.error, null);
  assert.equal(summary.events, blocks.length + 1);
});
