import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeLink, SocketTables } from '../../../src/host/proc-sockets.ts';

const links: [link: string, type: string, name: string][] = [
  ['/etc/passwd', 'file', '/etc/passwd'],
  ['/memfd:payload (deleted)', 'memfd', 'payload'],
  ['pipe:[77]', 'pipe', 'pipe:[77]'],
  ['anon_inode:[eventpoll]', 'eventpoll', ''],
  ['anon_inode:inotify', 'inotify', ''],
  ['anon_inode:bpf-map', 'bpf', ''],
  ['anon_inode:[perf_event]', 'unknown', ''],
  ['socket:[5]', 'netlink', ''],
];
for (const [link, type, name] of links) {
  test(`${link} is ${type}`, () => {
    assert.deepEqual(describeLink(link, { isDirectory: () => false, socket: () => null }), { type, name });
  });
}

const ROW4 = '   0: 0100007F:C350 0200000A:01BB 01 00000000:00000000 00:00000000 00000000  0 0 1001 1\n';
const ROW6 = `   0: ${'0'.repeat(24)}01000000:0016 ${'0'.repeat(32)}:0000 0A 00000000:00000000 00:00000000 00000000  0 0 1002 1\n`;
const UNIX = '0000000000000000: 00000002 00000000 00010000 0001 01 1003 /run/x.sock\n';

function machine(): string {
  const net = mkdtempSync(join(tmpdir(), 'net-'));
  mkdirSync(net, { recursive: true });
  for (const name of ['udp', 'raw', 'udp6', 'raw6']) writeFileSync(join(net, name), 'header\n');
  writeFileSync(join(net, 'tcp'), `header\n${ROW4}`);
  writeFileSync(join(net, 'tcp6'), `header\n${ROW6}`);
  writeFileSync(join(net, 'unix'), `header\n${UNIX}`);
  return net;
}

test('sockets by inode: ends in the order of the wire, names of local ones', () => {
  const tables = new SocketTables();
  const net = machine();
  assert.equal(tables.find('a', net, '1001')?.name, '127.0.0.1:50000->10.0.0.2:443');
  const listening = tables.find('a', net, '1002');
  assert.equal(listening?.type, 'ipv6');
  assert.equal(listening?.socket?.local.port, 22);
  assert.equal(listening?.socket?.remote, null);
  assert.deepEqual(tables.find('a', net, '1003'), { type: 'unix', name: '/run/x.sock' });
  assert.equal(tables.find('a', net, '9'), null);
});

test('tables are read ten times a second at most', () => {
  let nowMs = 0;
  const tables = new SocketTables(() => nowMs);
  const net = machine();
  assert.ok(tables.find('a', net, '1001'));
  for (let i = 0; i < 9; i++) assert.equal(tables.find('a', net, 'unknown'), null);
  assert.equal(tables.find('b', net, '1001'), null, 'no reads are left in this second');
  assert.ok(tables.find('a', net, '1001'), 'what is known stays known');
  nowMs = 1000;
  assert.ok(tables.find('b', net, '1001'));
});
