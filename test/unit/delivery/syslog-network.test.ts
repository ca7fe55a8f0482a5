import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../../../src/base/address.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import { syslogNetworkMessage } from '../../../src/delivery/syslog.ts';
import { type SyslogServer, syslogNetworkChannel } from '../../../src/delivery/syslog-network.ts';
import { alert, numbered, until } from './alerts.ts';
import { makeCertificates } from './certificates.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-syslog-net-'));
after(() => rmSync(folder, { recursive: true }));

const NO_TLS = { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' };

function syslogSink(server: Partial<SyslogServer> & Pick<SyslogServer, 'protocol' | 'port'>) {
  const states: (string | null)[] = [];
  const full = { host: '127.0.0.1', tls: NO_TLS, json: false, ...server };
  const channel = Object.assign(syslogNetworkChannel(full, 77), {
    retry: { firstMs: 1, mostMs: 20, jitter: true },
  });
  const sink = queueSink(channel, { capacity: 1000, stallMs: MINUTE }, (_, error) => states.push(error));
  return { sink, states };
}

const message = (more: Parameters<typeof alert>[0] = {}): string =>
  Buffer.from(syslogNetworkMessage(alert(more), 77, false)).toString();

test('the form is that of RFC 5424', () => {
  assert.equal(message({ text: 'T' }), '<12>1 2023-11-14T22:13:20.123456Z h1 saker 77 - - T');
  assert.match(message({ hostname: 'ä b\n' }), /Z b saker/);
  assert.match(message({ hostname: '' }), /Z - saker/);
  assert.doesNotMatch(message({ text: 'a\n<8>1 forged' }), /\n/);
});

const ADDRESSES: readonly [text: string, expected: ReturnType<typeof parseAddress>][] = [
  ['log.example', { host: 'log.example', port: 514 }],
  ['log.example:6514', { host: 'log.example', port: 6514 }],
  ['10.0.0.1:5', { host: '10.0.0.1', port: 5 }],
  ['[fe80::1]:514', { host: 'fe80::1', port: 514 }],
  ['[::1]', { host: '::1', port: 514 }],
  ['::1', null],
  ['host:0', null],
  ['host:70000', null],
  ['tcp://host', null],
  ['', null],
];
for (const [text, expected] of ADDRESSES)
  test(`address "${text}"`, () => assert.deepEqual(parseAddress(text, 514), expected));

test('UDP: one message a datagram', async () => {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const got: string[] = [];
  receiver.on('message', (bytes) => got.push(bytes.toString()));
  const { sink } = syslogSink({ protocol: 'udp', port: receiver.address().port });
  for (const a of numbered(5)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => got.length === 5);
  assert.match(got[4]!, /^<12>1 .* n=4$/);
  await sink.close(1);
  receiver.close();
});

/** A server that cuts its stream into messages by their lengths. */
async function streamServer(port = 0): Promise<{ server: Server; got: string[]; clients: Set<Socket> }> {
  const got: string[] = [];
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    let rest = Buffer.alloc(0);
    client.on('error', () => {});
    client.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (;;) {
        const blank = rest.indexOf(' ');
        const length = Number(rest.subarray(0, Math.max(0, blank)));
        if (blank < 0 || rest.length < blank + 1 + length) return;
        got.push(rest.subarray(blank + 1, blank + 1 + length).toString());
        rest = rest.subarray(blank + 1 + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, got, clients };
}

test('TCP: octet counting, reconnecting, nothing held up by a server that is gone', async () => {
  const first = await streamServer();
  const { port } = first.server.address() as AddressInfo;
  const { sink, states } = syslogSink({ protocol: 'tcp', port });
  for (const a of numbered(300)) sink.write(a);
  sink.write(alert({ text: '🦅 x' }));
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => first.got.length === 301);
  assert.match(first.got[299]!, / n=299$/);
  assert.match(first.got[300]!, / 🦅 x$/);
  for (const client of first.clients) client.destroy();
  first.server.close();
  // The end of the connection has to arrive before it can be noticed.
  await sleep(300);
  sink.write(alert({ text: 'while gone' }));
  await until(() => states.some((s) => s?.includes('nobody listens') ?? false));
  assert.equal(await sink.flush(1), false);
  const second = await streamServer(port);
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => second.got.length === 1);
  assert.match(second.got[0]!, /while gone$/);
  assert.equal(states.at(-1), null);
  await sink.close(1);
  second.server.close();
});

test('TCP: a reload opens a new connection, and nothing of the old one is lost', async () => {
  const connections: string[] = [];
  const server = createServer((socket) => {
    const place = connections.push('') - 1;
    socket.on('data', (bytes) => {
      connections[place] += bytes.toString();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { sink, states } = syslogSink({ protocol: 'tcp', port });
  for (const a of numbered(50)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  sink.renew();
  for (const a of numbered(60).slice(50)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => /n=59$/.test(connections[1] ?? ''));
  assert.deepEqual(
    connections.map((text) => text.match(/n=\d+/g)?.length),
    [50, 10],
  );
  assert.deepEqual(states.filter(Boolean), []);
  await sink.close(1);
  server.close();
});

test('a real rsyslog takes UDP, TCP and TLS, and knows what is what', async (t) => {
  const made = makeCertificates();
  if (made === null) return t.skip('needs openssl(1) to make certificates');
  if (spawnSync('rsyslogd', ['-v']).status !== 0) return t.skip('needs rsyslogd');
  if (!existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so')) return t.skip('needs rsyslog-openssl');
  const ports = { udp: 20514, tcp: 20515, tls: 20516 };
  const out = join(folder, 'out');
  const config = join(folder, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${made.ca}"
  defaultNetstreamDriverCertFile="${made.serverCert}" defaultNetstreamDriverKeyFile="${made.serverKey}")
module(load="imudp")
module(load="imptcp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
input(type="imudp" address="127.0.0.1" port="${ports.udp}")
input(type="imptcp" address="127.0.0.1" port="${ports.tcp}")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}")
template(name="t" type="string" string="%syslogfacility-text%|%syslogseverity-text%|%timereported:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msg%\\n")
action(type="omfile" file="${out}" template="t")
`,
  );
  const daemon = spawn('rsyslogd', ['-n', '-f', config, '-i', join(folder, 'pid')], { stdio: 'ignore' });
  try {
    await until(() => existsSync(join(folder, 'pid')));
    for (const port of [ports.tcp, ports.tls])
      for (let up = false; !up; await sleep(20)) {
        const probe = connect(port, '127.0.0.1');
        up = await once(probe, 'connect').then(
          () => true,
          () => false,
        );
        probe.destroy();
      }
    const tls = { ...NO_TLS, caCert: made.ca, clientCert: made.clientCert, clientKey: made.clientKey };
    for (const protocol of ['udp', 'tcp', 'tls'] as const) {
      const { sink, states } = syslogSink({ protocol, port: ports[protocol], tls });
      sink.write(alert({ text: `by ${protocol}: größe 🦅\nforged` }));
      sink.write(alert({ text: `second by ${protocol}`, priority: 'Critical', priorityNumber: 2 }));
      assert.equal(await sink.flush(MINUTE), true, String(states));
      await sink.close(1);
      await until(() => existsSync(out) && readFileSync(out, 'utf8').includes(`second by ${protocol}`));
    }
    const lines = readFileSync(out, 'utf8').split('\n').slice(0, -1);
    const saker = lines.filter((line) => line.includes('|saker|'));
    assert.deepEqual(
      saker,
      ['udp', 'tcp', 'tls'].flatMap((p) => [
        `user|warning|2023-11-14T22:13:20.123456Z|h1|saker|77|by ${p}: größe 🦅\\nforged`,
        `user|crit|2023-11-14T22:13:20.123456Z|h1|saker|77|second by ${p}`,
      ]),
    );
    const stranger = syslogSink({ protocol: 'tls', port: ports.tls });
    stranger.sink.write(alert());
    await until(() => stranger.states.length > 0);
    assert.equal(await stranger.sink.flush(1), false);
    assert.match(stranger.states[0]!, /no known authority/);
    await stranger.sink.close(1);
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
    rmSync(made.folder, { recursive: true });
  }
});
