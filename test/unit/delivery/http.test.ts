import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type HttpService, httpChannel } from '../../../src/delivery/http.ts';
import type { HttpEndpoint } from '../../../src/delivery/http-client.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import { alert, numbered, until } from './alerts.ts';
import { makeCertificates } from './certificates.ts';
import { httpServer } from './http-server.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-http-'));
after(() => rmSync(folder, { recursive: true }));

const NO_TLS = { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' };

function endpoint(url: string, more: Partial<HttpEndpoint> = {}): HttpEndpoint {
  return { url, headers: {}, compress: false, keepAlive: true, timeoutMs: MINUTE, tls: NO_TLS, ...more };
}

function httpSink(where: HttpEndpoint, more: Partial<HttpService> = {}) {
  const states: (string | null)[] = [];
  const channel = httpChannel({
    name: 'http',
    endpoint: where,
    encode: (a) => Buffer.from(a.json),
    ...more,
  });
  // The waits between attempts are for real networks; the order of things is what is tested.
  const quick = Object.assign(channel, { retry: { firstMs: 1, mostMs: 5, jitter: true } });
  const sink = queueSink(quick, { capacity: 1000, stallMs: MINUTE }, (_, error) => states.push(error));
  return { sink, states };
}

const bodies = (server: { received: { body: string }[] }): string[] => server.received.map((r) => r.body);
const jsons = (count: number): string[] => numbered(count).map((a) => a.json);

for (const keepAlive of [true, false]) {
  test(`one request for each alert, in order, over ${keepAlive ? 'one connection' : 'one each'}`, async () => {
    const server = await httpServer();
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'saker/test' };
    const { sink } = httpSink(endpoint(`${server.url}/in`, { headers, keepAlive }));
    for (const a of numbered(20)) sink.write(a);
    assert.equal(await sink.flush(MINUTE), true);
    assert.deepEqual(bodies(server), jsons(20));
    assert.equal(server.sockets(), keepAlive ? 1 : 20);
    const [first] = server.received;
    assert.deepEqual(
      [first?.method, first?.path, first?.headers['content-type'], first?.headers['user-agent']],
      ['POST', '/in', 'application/json', 'saker/test'],
    );
    await sink.close(1);
    server.close();
  });
}

test('a status other than 2xx keeps the alert; the server is told of once; all arrives in order later', async () => {
  const server = await httpServer((_, n) => (n <= 5 ? { status: 500 + n, body: 'out of\norder' } : {}));
  const { sink, states } = httpSink(endpoint(server.url));
  for (const a of numbered(3)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(bodies(server).slice(5), jsons(3));
  assert.equal(states[0], 'the server answers 501: out of order');
  assert.equal(states.at(-1), null);
  assert.deepEqual([sink.stats().delivered, sink.stats().retries], [3, 5]);
  await sink.close(1);
  server.close();
});

test('an alert that the server cannot read is skipped, a wrong token is not the alert’s fault', async () => {
  const server = await httpServer((request, n) =>
    n === 1 ? { status: 401 } : request.body.includes('1') ? { status: 400, body: 'bad' } : {},
  );
  const { sink, states } = httpSink(endpoint(server.url));
  for (const a of numbered(3)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual([sink.stats().delivered, sink.stats().refused], [2, 1]);
  assert.deepEqual(states, ['the server answers 401', 'the server answers 400: bad', null]);
  await sink.close(1);
  server.close();
});

test('Retry-After is honoured', async () => {
  let asked = 0;
  const server = await httpServer((_, n) => {
    if (n === 1) asked = Date.now();
    else assert.ok(Date.now() - asked >= 990, `came back after ${Date.now() - asked} ms`);
    return n === 1 ? { status: 503, headers: { 'Retry-After': '1' } } : {};
  });
  const { sink } = httpSink(endpoint(server.url));
  sink.write(alert());
  await until(() => sink.stats().delivered === 1);
  assert.equal(server.received.length, 2);
  await sink.close(1);
  server.close();
});

test('a redirect is not followed', async () => {
  const server = await httpServer(() => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }));
  const { sink, states } = httpSink(endpoint(server.url));
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.match(states[0]!, /redirects are not followed/);
  await sink.close(1);
  server.close();
});

test('a server that never answers is told of after the timeouts that are to be borne, and holds up no other', async () => {
  const silent = await httpServer((_, n) => ({ silent: n <= 4 }));
  const server = await httpServer();
  const slow = httpSink(endpoint(silent.url, { timeoutMs: 200 }), { patientTimeouts: 2 });
  const fast = httpSink(endpoint(server.url));
  for (const a of numbered(3)) for (const { sink } of [slow, fast]) sink.write(a);
  assert.equal(await fast.sink.flush(MINUTE), true);
  assert.equal(await slow.sink.flush(MINUTE), true);
  assert.deepEqual(bodies(silent).slice(4), jsons(3));
  assert.deepEqual(slow.states, ['no answer within 200 ms', null]);
  for (const { sink } of [slow, fast]) await sink.close(1);
  for (const s of [silent, server]) s.close();
});

test('a server that answers without end is cut off', async () => {
  const server = await httpServer(() => ({ body: 'x'.repeat(3 << 20) }));
  const { sink, states } = httpSink(endpoint(server.url));
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.match(states[0]!, /answers without end/);
  await sink.close(1);
  server.close();
});

test('a connection that the server closed while idle is no trouble', async () => {
  const server = await httpServer(() => ({ headers: { 'Keep-Alive': 'timeout=100' } }));
  const { sink, states } = httpSink(endpoint(server.url));
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  server.dropConnections();
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(states, []);
  await sink.close(1);
  server.close();
});

test('gzip', async () => {
  const server = await httpServer();
  const { sink } = httpSink(endpoint(server.url, { compress: true }));
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  assert.equal(server.received[0]?.headers['content-encoding'], 'gzip');
  assert.deepEqual(bodies(server), [alert().json]);
  await sink.close(1);
  server.close();
});

test('the address and headers come from files; a new token needs no restart; no message shows them', async () => {
  const server = await httpServer((r) => ({ status: r.headers.authorization === 'Bearer new' ? 200 : 403 }));
  const url = join(folder, 'url');
  const token = join(folder, 'token');
  writeFileSync(url, `${server.url}/hidden-path\n`);
  writeFileSync(token, 'Bearer old\n');
  const { sink, states } = httpSink(
    endpoint(`file:${url}`, { keepAlive: true, headers: { Authorization: `file:${token}` } }),
  );
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  writeFileSync(token, 'Bearer new\n');
  assert.equal(await sink.flush(MINUTE), true);
  assert.equal(server.received.at(-1)?.path, '/hidden-path');
  server.close();
  sink.write(alert());
  await until(() => states.length > 2);
  assert.equal(await sink.flush(1), false);
  assert.ok(states.length > 2 && !/hidden|Bearer/.test(states.join('\n')), states.join('\n'));
  await sink.close(1);
});

test('a server that repeats our secrets does not get them into the log', async () => {
  const server = await httpServer((r) => ({
    status: 401,
    body: `no ${r.headers.authorization} at ${r.path} for ${r.path.split('/').at(-1)}, ${r.body}`,
  }));
  const token = join(folder, 'repeated');
  const routing = join(folder, 'routing');
  writeFileSync(token, 'Bearer from-a-file-77\n');
  writeFileSync(routing, 'routing-key-88\n');
  const { sink, states } = httpSink({
    ...endpoint(`${server.url}/services/segment-of-path-66?key=in-the-query-55`),
    headers: { Authorization: `file:${token}` },
    secrets: [`file:${routing}`],
  });
  sink.write(alert({ text: 'routing-key-88', json: '"routing-key-88"' }));
  await until(() => states.length > 0);
  assert.match(states[0]!, /the server answers 401: no \*\*\*/);
  assert.doesNotMatch(states[0]!, /-77|-66|-55|-88/);
  await sink.close(1);
  server.close();
});

const WRONG: readonly [name: string, url: string, message: RegExp][] = [
  ['nobody listens', 'http://127.0.0.1:1/t0ken', /nobody listens there \(ECONNREFUSED\)/],
  ['no URL', 'hooks.example/t0ken', /the address is not a URL/],
  ['another scheme', 'ftp://127.0.0.1/t0ken', /begins with ftp: and not with http: or https:/],
  ['no such host', 'http://saker.invalid/t0ken', /name of the host/],
  ['a file that is not there', 'file:/nonexistent/url', /\/nonexistent\/url: ENOENT/],
  ['credentials of a service that has none', 'credential:url', /LoadCredential=url/],
  ['a credential outside of its folder', 'credential:../x', /no name of a credential/],
];

for (const [name, url, message] of WRONG) {
  test(`said in words, without the token: ${name}`, async () => {
    const { sink, states } = httpSink(endpoint(url));
    sink.write(alert());
    await until(() => states.length > 0);
    assert.match(states[0]!, message);
    assert.doesNotMatch(states[0]!, /t0ken/);
    await sink.close(1);
  });
}

test('TLS: who is trusted, and who we are', async (t) => {
  const made = makeCertificates();
  if (made === null) return t.skip('needs openssl(1) to make certificates');
  const { ca, serverCert, serverKey, clientCert, clientKey } = made;
  const identity = { cert: readFileSync(serverCert), key: readFileSync(serverKey) };
  const plain = await httpServer(undefined, identity);
  const mutual = await httpServer(undefined, {
    ...identity,
    ca: readFileSync(ca),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const cases: [url: string, tls: Partial<HttpEndpoint['tls']>, error: RegExp | null][] = [
    [plain.url, {}, /no known authority/],
    [plain.url, { insecure: true }, null],
    [plain.url, { caCert: ca }, null],
    [plain.url, { caBundle: ca }, null],
    [plain.url, { caPath: made.folder }, null],
    [plain.url, { caPath: '/nonexistent' }, /\/nonexistent: ENOENT/],
    [plain.url, { caCert: import.meta.filename }, /http\.test\.ts: no certificate in PEM form/],
    [plain.url.replace('127.0.0.1', '127.0.0.2'), { caCert: ca }, /for another name|nobody listens/],
    [mutual.url, { caCert: ca, clientCert, clientKey }, null],
    [mutual.url, { caCert: ca }, /./],
    [mutual.url, { caCert: ca, clientCert, clientKey: serverKey }, /no usable certificate or key/],
  ];
  for (const [url, tls, error] of cases) {
    const { sink, states } = httpSink(endpoint(url, { tls: { ...NO_TLS, ...tls } }));
    sink.write(alert());
    let delivered = false;
    while (!delivered && (error === null || states.length === 0))
      delivered = await sink.flush(error === null ? MINUTE : 20);
    const what = `${url} ${JSON.stringify(tls)}: ${states[0]}`;
    assert.equal(delivered, error === null, what);
    if (error !== null) assert.match(states[0]!, error, what);
    await sink.close(1);
  }
  plain.close();
  mutual.close();
  rmSync(made.folder, { recursive: true });
});

test('of a batch that is refused only the alert to blame is lost', async () => {
  const server = await httpServer((r) => (r.body.includes('"n":3}') ? { status: 400 } : {}));
  const join = (records: readonly Uint8Array[]): Uint8Array =>
    Buffer.from(`[${records.map((r) => Buffer.from(r)).join(',')}]`);
  const { sink } = httpSink(endpoint(server.url), { batch: { most: 6, join } });
  for (const a of numbered(12)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual([sink.stats().delivered, sink.stats().refused], [11, 1]);
  const sizes = server.received.map((r) => JSON.parse(r.body).length);
  assert.deepEqual(sizes, [6, 1, 1, 1, 1, 1, 1, 6]);
  await sink.close(1);
  server.close();
});
