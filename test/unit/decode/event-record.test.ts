import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRecord, splitRecords } from '../../../src/decode/index.ts';
import * as r from '../../../src/schema/record.generated.ts';
import { callRecord, execRecord, openRecord, socketRecord } from './record-bytes.ts';

function view(bytes: Uint8Array): EventRecord {
  const event = new EventRecord(bytes);
  assert.ok(event.at(0, bytes.length));
  return event;
}

test('header and open fields', () => {
  const event = view(openRecord({ name: 'link', path: '/etc/shadow', base: '/tmp', ret: -13n }));
  const header = [event.typeName, event.layout, event.pid, event.tid, event.uid, event.ret, event.comm.text];
  assert.deepEqual(header, ['openat', r.LAYOUT_OPEN, 4711, 4712, 0xfffffffe, -13, 'cat']);
  assert.deepEqual([event.ts, event.tsHigh, event.tsLow], [0x1122334455667788n, 0x11223344, 0x55667788]);
  assert.equal(event.startNs, 123_456_789_012_345);
  const { open } = event;
  assert.deepEqual([open.name.text, open.path.text, open.base.text], ['link', '/etc/shadow', '/tmp']);
  assert.deepEqual([open.dirfd, open.openFlags, open.ino], [-100, 0x80000, 0xffff_ffff_ffff_fffen]);
});

const ARGV: [string, string[]][] = [
  ['', []],
  ['cat\0', ['cat']],
  ['cat\0/etc/shadow\0', ['cat', '/etc/shadow']],
  ['sh\0-c\0\0', ['sh', '-c', '']],
  ['cut in the middl', ['cut in the middl']],
  ['\0', ['']],
];
for (const [bytes, expected] of ARGV)
  test(`argv ${JSON.stringify(bytes)}`, () =>
    assert.deepEqual(view(execRecord(bytes)).exec.args(), expected));

test('exec fields', () => {
  const { exec } = view(execRecord('cat\0', 'A=1\0B=\0'));
  assert.equal(exec.env, 'A=1\0B=\0');
  assert.equal(view(execRecord('cat\0')).exec.env, null);
  assert.deepEqual(
    [
      exec.exe.text,
      exec.filename.text,
      exec.cwd.text,
      exec.ttyName.text,
      exec.cgroup.text,
      exec.ppid,
      exec.loginuid,
    ],
    ['/usr/bin/cat', 'cat', '/root', 'pts0', '/user.slice', 1, 0xffffffff],
  );
});

test('call fields', () => {
  const event = view(callRecord(['a', '/one', 'b', '/two', '/path', 'text', '\0\xff']));
  const { call } = event;
  assert.deepEqual(
    [event.typeName, event.ret, call.name.text, call.base.text, call.name2.text, call.base2.text],
    ['renameat', -18, 'a', '/one', 'b', '/two'],
  );
  assert.deepEqual([...call.data], [0, 0xff]);
  assert.deepEqual([call.path.text, call.text.text, call.fd, call.out(2)], ['/path', 'text', -1, 7n]);
  assert.deepEqual(
    [call.int(0), call.uint(0), call.arg(0), call.int(5), call.uint(5)],
    [-100, 0xffffff9c, 0xffff_ffff_ffff_ff9cn, -0x80000000, 0x80000000],
  );
});

test('socket fields', () => {
  const { socket } = view(socketRecord('', '\0abstract', 'GET /'));
  assert.equal(Buffer.from(socket.data).toString(), 'GET /');
  assert.deepEqual(
    [socket.family, socket.known, socket.remotePort, socket.remotePath.text, socket.pair(1)],
    [2, r.SOCKET_REMOTE, 65535, '\0abstract', -1],
  );
  assert.deepEqual([...socket.remoteAddress.subarray(0, 5)], [10, 0, 0, 255, 0]);
  assert.equal(socket.localAddress.length, 16);
});

const SHORT: [string, () => Uint8Array][] = [
  ['call', () => callRecord(['', '', '', '', '', '', ''])],
  ['socket', () => socketRecord('', '')],
];
for (const [name, build] of SHORT)
  test(`refused: a ${name} record that ends before its strings`, () => {
    const bytes = build();
    new DataView(bytes.buffer).setUint32(r.AT_HEADER_LEN, bytes.length - 8, true);
    assert.equal(new EventRecord(bytes).at(0, bytes.length - 8), false);
  });

test('bytes that are not UTF-8, and a comm of full length, are kept byte by byte', () => {
  const event = view(openRecord({ name: '/tmp/\xff\xfe\n\x1b', comm: 'sixteen-letters!' }));
  assert.equal(event.open.name.text, '/tmp/\xff\xfe\n\x1b');
  assert.equal(event.comm.text, 'sixteen-letters!');
});

test('equal bytes give the same Interned, different bytes never do', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `/tmp/file-${i}`);
  for (const name of names) {
    const event = view(openRecord({ name }));
    assert.equal(event.open.name.text, name);
    assert.equal(event.open.name, event.open.path);
  }
});

const UP = r.STR_UPWARD;
const component = (name: string): string => String.fromCharCode(name.length) + name;
const upward = (...names: string[]): string => names.map(component).join('');
const LONG = ['x', 'y', 'z'].map((c) => c.repeat(255));
const UPWARD: [string, string, number, string][] = [
  ['three components', upward('shadow', 'etc', 'srv'), UP, '/srv/etc/shadow'],
  ['the root', '', UP, '/'],
  ['cut next to the root', upward('c', 'bb'), UP | r.STR_CUT, 'bb/c'],
  ['a slash inside a name', upward('memfd:a/b'), UP | r.STR_UNREACHABLE, '/memfd:a/b'],
  ['bytes that are not UTF-8', upward('\xff\x00\n', 'a'), UP, '/a/\xff\x00\n'],
  ['longer than the table remembers', upward(...LONG), UP, `/${LONG.toReversed().join('/')}`],
  ['the same, cut', upward(...LONG), UP | r.STR_CUT, LONG.toReversed().join('/')],
  ['a length that says too much', '\x05ab', UP, '/ab'],
];
for (const [name, path, pathFlags, expected] of UPWARD)
  test(`a name of the kernel's walk: ${name}`, () => {
    const { open } = view(openRecord({ name: 'n', path, pathFlags }));
    for (const _again of [1, 2]) assert.equal(open.path.text, expected);
    assert.equal(open.pathFlags, pathFlags & ~UP);
  });

test('a file has one Interned for the name that was given and the same name by the walk', () => {
  const { open } = view(openRecord({ name: '/etc/shadow', path: upward('shadow', 'etc'), pathFlags: UP }));
  assert.equal(open.path, open.name);
  assert.equal(open.path, open.name);
});

test('the same bytes mean different names in different forms', () => {
  const bytes = upward('ab', 'c');
  const records = [0, UP, UP | r.STR_CUT].map((pathFlags) => openRecord({ path: bytes, pathFlags }));
  const size = records[0]!.length;
  const event = new EventRecord(new Uint8Array(Buffer.concat(records)));
  const texts = records.map((_, i) => {
    assert.ok(event.at(i * size, size));
    return event.open.path.text;
  });
  assert.deepEqual(texts, [bytes, '/c/ab', 'c/ab']);
});

test('a string longer than the table remembers is right and not kept', () => {
  const name = `/${'x'.repeat(4000)}`;
  const event = view(openRecord({ name, path: '/short' }));
  assert.equal(event.open.name.text, name);
  assert.notEqual(event.open.name, event.open.name);
});

const HARM: [string, (v: DataView) => void][] = [
  ['length above the record', (v) => v.setUint32(r.AT_HEADER_LEN, 1 << 20, true)],
  ['type 0', (v) => v.setUint16(r.AT_HEADER_TYPE, 0, true)],
  ['unknown type', (v) => v.setUint16(r.AT_HEADER_TYPE, r.TYPE_MAX, true)],
  ['unknown layout', (v) => v.setUint8(r.AT_HEADER_LAYOUT, r.LAYOUT_MAX)],
  ['layout larger than the record', (v) => v.setUint8(r.AT_HEADER_LAYOUT, r.LAYOUT_EXEC)],
  ['number of strings', (v) => v.setUint8(r.AT_HEADER_NSTR, 9)],
  ['string before the strings', (v) => v.setUint16(r.AT_OPEN_STR + r.AT_STR_OFF, 8, true)],
  ['string not aligned', (v) => v.setUint16(r.AT_OPEN_STR + r.AT_STR_OFF, r.SIZE_OPEN + 4, true)],
  ['string past the end', (v) => v.setUint16(r.AT_OPEN_STR + r.AT_STR_LEN, 0xffff, true)],
];
for (const [name, harm] of HARM)
  test(`refused: ${name}`, () => {
    const bytes = openRecord({});
    harm(new DataView(bytes.buffer));
    assert.equal(new EventRecord(bytes).at(0, bytes.length), false);
  });

test('random bytes never throw and never read outside', () => {
  const memory = new Uint8Array(4096);
  for (let round = 0; round < 3000; round++) {
    const record = round % 2 === 0 ? openRecord({}) : execRecord('a\0b\0');
    memory.fill(0xee).set(record, 1024);
    for (let i = 0; i < 4; i++)
      memory[1024 + Math.floor(Math.random() * record.length)] = Math.random() * 256;
    const event = new EventRecord(memory);
    if (!event.at(1024, record.length)) continue;
    const { open, exec } = event;
    const texts =
      event.layout === r.LAYOUT_OPEN
        ? [open.name.text, open.path.text, open.base.text]
        : event.layout === r.LAYOUT_EXEC
          ? [
              exec.exe.text,
              exec.filename.text,
              exec.cwd.text,
              exec.ttyName.text,
              exec.cgroup.text,
              ...exec.args(),
            ]
          : [];
    assert.ok(texts.every((t) => !t.includes('\xee\xee\xee\xee\xee')));
  }
});

test('a view over no bytes or outside its memory refuses', () => {
  const bytes = openRecord({});
  const event = new EventRecord(bytes);
  for (const [offset, length] of [
    [0, 0],
    [8, bytes.length],
    [-8, bytes.length],
    [bytes.length, 144],
    [4, 144],
  ])
    assert.equal(event.at(offset!, length!), false);
});

test('records one after the other are split, and a bad length ends it', () => {
  const parts = [openRecord({}), execRecord('x\0'), openRecord({ name: '/other' })];
  const all = new Uint8Array(Buffer.concat(parts));
  const lengths: number[] = [];
  assert.equal(
    splitRecords(all, (_, length) => lengths.push(length)),
    0,
  );
  assert.deepEqual(
    lengths,
    parts.map((p) => p.length),
  );
  new DataView(all.buffer).setUint32(lengths[0]!, 7, true);
  assert.equal(
    splitRecords(all, () => {}),
    all.length - lengths[0]!,
  );
});
