import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDelivery, type DeliveryOptions } from '../../../src/delivery/index.ts';
import { alert, until } from './alerts.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-delivery-'));
after(() => rmSync(folder, { recursive: true }));

const options = (more: Partial<DeliveryOptions>): DeliveryOptions => ({
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
  capacity: 100,
  stallMs: MINUTE,
  onState: () => {},
  ...more,
});

test('every enabled output gets the alert; one that is missing keeps it and holds up no other', async () => {
  const filename = join(folder, 'alerts.json');
  const states: string[] = [];
  const delivery = createDelivery(
    options({
      journal: { path: join(folder, 'none') },
      file: { filename, json: true, keepAlive: true, fsync: 'never' },
      onState: (sink, error) => states.push(`${sink} ${error}`),
    }),
    () => -2,
    1,
  );
  delivery.write(alert());
  await until(() => delivery.stats()[1]?.delivered === 1);
  assert.equal(await delivery.flush(1), false);
  assert.equal(readFileSync(filename, 'utf8'), `${alert().json}\n`);
  assert.deepEqual(
    delivery.stats().map(({ name, delivered, queued }) => [name, delivered, queued]),
    [
      ['journal', 0, 1],
      ['file', 1, 0],
    ],
  );
  assert.deepEqual(states, [`journal ${join(folder, 'none')}: it does not exist (ENOENT)`]);
  await delivery.close(1);
  assert.deepEqual(
    delivery.stats().map((s) => s.dropped),
    [1, 0],
  );
});

test('a standard output that leads nowhere is left out', async () => {
  const fd = openSync('/dev/null', 'w');
  const names = (target: number): string[] =>
    createDelivery(options({ stdout: { json: true, colour: false, fd: target } }), () => -2, 1)
      .stats()
      .map((s) => s.name);
  assert.deepEqual(names(fd), []);
  closeSync(fd);
  const file = openSync(join(folder, 'out'), 'w');
  assert.deepEqual(names(file), ['stdout']);
  closeSync(file);
});
