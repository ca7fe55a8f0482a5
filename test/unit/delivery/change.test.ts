import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { canaryChannel } from '../../../src/delivery/canary.ts';
import { createDelivery, type DeliveryOptions } from '../../../src/delivery/index.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import type { SinkPlan } from '../../../src/delivery/sinks.ts';
import { Slot } from '../../../src/delivery/slot.ts';
import { numbered, until } from './alerts.ts';
import { httpServer } from './http-server.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-change-'));
after(() => rmSync(folder, { recursive: true }));

const NONE: DeliveryOptions = {
  stdout: null,
  journal: null,
  syslog: null,
  file: null,
  syslogServer: null,
  program: null,
  http: null,
  targets: [],
  spool: null,
  onNote: () => {},
  capacity: 1000,
  stallMs: MINUTE,
  onState: () => {},
};

const file = (name: string) => ({
  filename: join(folder, name),
  json: false,
  keepAlive: true,
  fsync: 'never' as const,
});
const http = (url: string) => ({
  url,
  userAgent: 'saker',
  headers: {},
  tls: { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' },
  echo: false,
  compress: false,
  keepAlive: true,
  maxConsecutiveTimeouts: 5,
  json: false,
});
const lines = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
const texts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `n=${from + i}`);

test('an output goes to another file: alerts that come meanwhile go there, none is lost or doubled', async () => {
  const delivery = createDelivery({ ...NONE, file: file('one') }, () => -2, 1);
  const all = numbered(300);
  for (const alert of all.slice(0, 100)) delivery.write(alert);
  const changing = delivery.change({ ...NONE, file: file('two') });
  for (const alert of all.slice(100, 200)) delivery.write(alert);
  assert.deepEqual(await changing, [{ name: 'file', what: 'changed', error: null }]);
  for (const alert of all.slice(200)) delivery.write(alert);
  await delivery.close(MINUTE);
  assert.deepEqual([...lines('one'), ...lines('two')], texts(0, 300));
  assert.equal(lines('two').at(-1), 'n=299');
  const [stats] = delivery.stats();
  assert.deepEqual([stats?.delivered, stats?.dropped, stats?.queued], [300, 0, 0]);
});

test('one that does not open leaves the one before in its place, and is tried again', async () => {
  const delivery = createDelivery({ ...NONE, file: file('stays') }, () => -2, 1);
  const wanted = { ...NONE, file: file('missing/file') };
  const [change] = await delivery.change(wanted);
  assert.equal(change?.what, 'kept');
  assert.match(change?.error ?? '', /missing\/file: it does not exist \(ENOENT\)/);
  delivery.write(numbered(1)[0]!);
  await delivery.flush(MINUTE);
  assert.deepEqual(lines('stays'), ['n=0']);
  mkdirSync(join(folder, 'missing'));
  assert.equal((await delivery.change(wanted))[0]?.what, 'changed');
  delivery.write(numbered(1)[0]!);
  await delivery.close(MINUTE);
  assert.deepEqual(lines('missing/file'), ['n=0']);
});

test('unchanged ones keep their queues; others are opened and closed beside them', async () => {
  const program = { program: `cat >> ${join(folder, 'program')}`, keepAlive: true, json: false };
  const before = { ...NONE, file: file('not/there'), program };
  const delivery = createDelivery(before, () => -2, 1);
  for (const alert of numbered(5)) delivery.write(alert);
  await until(() => delivery.stats()[1]?.delivered === 5);
  assert.deepEqual(await delivery.change(before), []);
  const server = await httpServer();
  assert.deepEqual(await delivery.change({ ...before, program: null, http: http(server.url) }), [
    { name: 'http', what: 'opened', error: null },
    { name: 'program', what: 'closed', error: null },
  ]);
  assert.deepEqual(
    delivery.stats().map(({ name, queued }) => [name, queued]),
    [
      ['file', 5],
      ['http', 0],
    ],
  );
  mkdirSync(join(folder, 'not'));
  delivery.write(numbered(6)[5]!);
  await delivery.close(MINUTE);
  server.close();
  assert.deepEqual(lines('not/there'), texts(0, 6));
  assert.deepEqual(
    server.received.map(({ body }) => body),
    ['n=5'],
  );
});

test('an unchanged output reads its token anew, over a new connection', async () => {
  const server = await httpServer();
  const token = join(folder, 'token');
  const options = { ...NONE, http: { ...http(server.url), headers: { Authorization: `file:${token}` } } };
  writeFileSync(token, 'one');
  const delivery = createDelivery(options, () => -2, 1);
  const send = async (): Promise<void> => {
    delivery.write(numbered(1)[0]!);
    await delivery.flush(MINUTE);
  };
  await send();
  writeFileSync(token, 'two');
  await send();
  assert.deepEqual(await delivery.change(options), []);
  await send();
  await send();
  await delivery.close(MINUTE);
  server.close();
  assert.deepEqual(
    server.received.map(({ headers }) => headers.authorization),
    ['one', 'one', 'two', 'two'],
  );
  assert.equal(server.sockets(), 2);
});

test('what a dead server did not take goes to the next one, from the spool', async () => {
  const spool = { folder: join(folder, 'spool'), maxBytes: 1 << 20, maxAgeMs: 0, syncMs: 1000 };
  const dead = await httpServer(() => ({ status: 500 }));
  const alive = await httpServer();
  const delivery = createDelivery({ ...NONE, spool, http: http(dead.url) }, () => -2, 1);
  for (const alert of numbered(20)) delivery.write(alert);
  await until(() => delivery.stats()[0]?.error != null);
  const changes = await delivery.change({ ...NONE, spool, http: http(alive.url) });
  assert.deepEqual(changes, [{ name: 'http', what: 'changed', error: null }]);
  await until(() => alive.received.length === 20);
  assert.deepEqual(
    alive.received.map(({ body }) => body),
    texts(0, 20),
  );
  await delivery.close(MINUTE);
  dead.close();
  alive.close();
});

test('one that was taken away still hands over what it has when the end comes meanwhile', async () => {
  const target = join(folder, 'late');
  const program = { program: `sleep 0.2; cat >> ${target}`, keepAlive: false, json: false };
  const delivery = createDelivery({ ...NONE, program }, () => -2, 1);
  for (const alert of numbered(3)) delivery.write(alert);
  const changing = delivery.change(NONE);
  assert.equal(delivery.stats()[0]?.queued, 3);
  await delivery.close(MINUTE);
  assert.deepEqual(lines('late'), texts(0, 3));
  await changing;
  assert.deepEqual(delivery.stats(), []);
});

/** A destination of which only the place is of interest. */
const plan = (key: string, heldBack: number, open: () => null | Promise<null> = () => null): SinkPlan => ({
  channel: { ...canaryChannel(() => {}), name: 'x', open },
  key,
  make: () => {
    const sink = queueSink(
      canaryChannel(() => {}),
      NONE,
      () => {},
    );
    return {
      name: 'x',
      open: () => sink.open(),
      write: (alert) => sink.write(alert),
      flush: (ms) => sink.flush(ms),
      reopen: () => sink.reopen(),
      renew: () => sink.renew(),
      close: (ms) => sink.close(ms),
      stats: () => ({ ...sink.stats(), heldBack }),
    };
  },
});

test('what a rate held back goes on to be counted over an exchange', async () => {
  const slot = new Slot(plan('a', 3));
  await slot.exchange(plan('b', 4), MINUTE);
  assert.equal(slot.stats().heldBack, 7);
});

test('an exchange that fails unforeseen is told to who asked for it, and disturbs no end', async () => {
  const slot = new Slot(plan('a', 0));
  await assert.rejects(
    slot.exchange(
      plan('b', 0, () => Promise.reject(new Error('unforeseen'))),
      MINUTE,
    ),
    /unforeseen/,
  );
  slot.write(numbered(1)[0]!, 10);
  await slot.close(MINUTE);
  assert.equal(slot.stats().delivered, 1);
});
