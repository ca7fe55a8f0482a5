import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProgramOptions, programChannel } from '../../../src/delivery/program.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import { alert, numbered, until } from './alerts.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-program-'));
after(() => rmSync(folder, { recursive: true }));

let serial = 0;
const fresh = (): string => join(folder, `out-${serial++}`);

function programSink(program: string, more: Partial<ProgramOptions> = {}, stallMs = MINUTE) {
  const states: (string | null)[] = [];
  const channel = programChannel({ program, keepAlive: true, json: true, ...more });
  const sink = queueSink(channel, { capacity: 1000, stallMs }, (_, error) => states.push(error));
  return { sink, states };
}

const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

for (const keepAlive of [true, false]) {
  test(`a shell command reads one JSON line per alert, in order (keep_alive ${keepAlive})`, async () => {
    const file = fresh();
    const { sink } = programSink(`while read -r l; do echo "$$ $l" >> ${file}; done`, { keepAlive });
    const alerts = numbered(12);
    for (const a of alerts) sink.write(a);
    assert.equal(await sink.flush(MINUTE), true);
    await until(() => existsSync(file) && lines(file).length === 12);
    await sink.close(MINUTE);
    const seen = lines(file).map((line) => line.split(' ', 2) as [string, string]);
    assert.deepEqual(
      seen.map(([, json]) => json),
      alerts.map((a) => a.json),
    );
    assert.equal(new Set(seen.map(([pid]) => pid)).size, keepAlive ? 1 : 12);
  });
}

test('a line that an event would forge stays one line', async () => {
  const file = fresh();
  const { sink } = programSink(`cat >> ${file}`, { json: false, keepAlive: false });
  sink.write(alert({ text: 'a\nb\u001b[2J; $(touch /tmp/x)' }));
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(lines(file), ['a\\nb\\x1b[2J; $(touch /tmp/x)']);
  await sink.close(1);
});

test('a lasting program that dies is told of and started again; later alerts arrive', async () => {
  const file = fresh();
  const { sink, states } = programSink(`read -r l; echo "$l" >> ${file}; exit 3`);
  const [first, second] = numbered(2);
  sink.write(first!);
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => existsSync(file));
  // The exit follows the line; the next alert must not race it.
  await sleep(500);
  sink.write(second!);
  assert.equal(await sink.flush(MINUTE), true);
  await until(() => lines(file).length === 2);
  assert.deepEqual(states, ['the program ended with status 3', null]);
  await sink.close(1);
});

test('a command that does not exist keeps the alert', async () => {
  const { sink, states } = programSink('exec /nonexistent/program 2>/dev/null');
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.match(states[0]!, /ended with status 127/);
  assert.equal(sink.stats().queued, 1);
  await sink.close(1);
  assert.equal(sink.stats().dropped, 1);
});

test('without keep_alive a failure is tried again, and given up for the next alert', async () => {
  const file = fresh();
  const command = `read -r l; echo "$l" >> ${file}; case "$l" in *0*) exit 1;; esac`;
  const { sink, states } = programSink(command, { keepAlive: false });
  const alerts = numbered(2);
  for (const a of alerts) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(lines(file), ['{"n":0}', '{"n":0}', '{"n":0}', '{"n":1}']);
  assert.deepEqual([sink.stats().delivered, sink.stats().refused], [1, 1]);
  assert.deepEqual(states, ['the program ended with status 1', null]);
  await sink.close(1);
});

test('a program that hangs over an alert is ended with all its children', async () => {
  const file = fresh();
  const command = `sleep 1000 & echo $! >> ${file}; wait`;
  const { sink, states } = programSink(command, { keepAlive: false, patienceMs: 50 });
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  assert.equal(sink.stats().refused, 1);
  assert.match(states[0]!, /did not end within 50 ms/);
  const alive = (pid: string): boolean =>
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  await until(() => !lines(file).some(alive));
  await sink.close(1);
});

test('a program that does not read holds a bounded number of alerts and is reported', async () => {
  const { sink, states } = programSink('sleep 1000', {}, 20);
  const big = alert({ json: 'x'.repeat(100_000) });
  for (let i = 0; i < 1500; i++) sink.write(big);
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.match(states[0]!, /no progress for 20 ms/);
  const { queued, dropped } = sink.stats();
  assert.equal(queued + dropped, 1500);
  assert.ok(queued * 100_000 < 64 << 20, `${queued} alerts are held`);
  await sink.close(1);
});

test('reopen gives the program the end of its input and starts another', async () => {
  const file = fresh();
  const { sink } = programSink(`cat > /dev/null; echo end >> ${file}`);
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  sink.reopen();
  await until(() => existsSync(file));
  sink.write(alert());
  assert.equal(await sink.flush(MINUTE), true);
  await sink.close(1);
  await until(() => lines(file).length === 2);
});
