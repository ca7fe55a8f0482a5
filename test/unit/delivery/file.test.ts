import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FileOptions, fileChannel } from '../../../src/delivery/file.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import type { Sink } from '../../../src/delivery/sink.ts';
import { alert, numbered, until } from './alerts.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-file-'));
after(() => rmSync(folder, { recursive: true }));

let serial = 0;
const fresh = (): string => join(folder, `alerts-${serial++}.json`);

test('a file that opens after its output was given up is closed', async () => {
  const filename = fresh();
  const channel = fileChannel({ filename, keepAlive: true, json: true, fsync: 'never' });
  const opening = channel.open();
  channel.close();
  await opening;
  const isOpen = (): boolean =>
    readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === filename;
      } catch {
        return false;
      }
    });
  await until(() => !isOpen());
  assert.ok(existsSync(filename), 'it was never opened');
});

function fileSink(filename: string, more: Partial<FileOptions> = {}) {
  const states: (string | null)[] = [];
  const channel = fileChannel({ filename, keepAlive: true, json: true, fsync: 'never', ...more });
  const sink = queueSink(channel, { capacity: 10_000, stallMs: MINUTE }, (_, error) => states.push(error));
  return { sink, states };
}

async function deliver(sink: Sink, alerts: ReturnType<typeof numbered>): Promise<void> {
  for (const a of alerts) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
}

const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const numbers = (file: string): number[] => lines(file).map((line) => JSON.parse(line).n);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

for (const keepAlive of [true, false]) {
  test(`one JSON line per alert, appended, mode 0640 (keep_alive ${keepAlive})`, async () => {
    const file = fresh();
    const { sink } = fileSink(file, { keepAlive });
    await deliver(sink, numbered(1000));
    await sink.close(MINUTE);
    assert.deepEqual(numbers(file), upTo(1000));
    assert.equal(statSync(file).mode & 0o777, 0o640 & ~process.umask());
    const again = fileSink(file, { keepAlive }).sink;
    await deliver(again, numbered(1));
    assert.equal(lines(file).length, 1001);
    await again.close(MINUTE);
  });
}

test('rotation: after reopen new alerts go to a new file, none is lost', async () => {
  const file = fresh();
  const { sink } = fileSink(file);
  await deliver(sink, numbered(3));
  renameSync(file, `${file}.1`);
  await deliver(sink, numbered(2));
  sink.reopen();
  await deliver(sink, numbered(4));
  assert.equal(lines(`${file}.1`).length, 5);
  assert.equal(lines(file).length, 4);
  await sink.close(MINUTE);
});

test('a file that somebody moved or removed is noticed without being told', async () => {
  const file = fresh();
  const { sink } = fileSink(file);
  await deliver(sink, numbered(1));
  for (const take of [() => renameSync(file, `${file}.1`), () => rmSync(file)]) {
    take();
    while (!existsSync(file)) {
      await deliver(sink, numbered(1));
      await sleep(50);
    }
    assert.ok(lines(file).length > 0);
  }
  await sink.close(MINUTE);
});

for (const fsync of ['second', 'batch'] as const) {
  test(`fsync ${fsync}: regular files and others`, async (t) => {
    const file = fresh();
    const { sink, states } = fileSink(file, { fsync });
    await deliver(sink, numbered(5));
    await sink.close(MINUTE);
    assert.deepEqual(numbers(file), upTo(5));
    const fifo = fresh();
    if (spawnSync('mkfifo', [fifo]).status !== 0) return t.skip('needs mkfifo');
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const piped = fileSink(fifo, { fsync });
    await deliver(piped.sink, numbered(2));
    assert.equal(readSync(reader, Buffer.alloc(100)), 16);
    assert.deepEqual([...states, ...piped.states], []);
    await piped.sink.close(MINUTE);
    closeSync(reader);
  });
}

test('a line cut off by a kill is closed before the next alert', async () => {
  const file = fresh();
  writeFileSync(file, '{"n":0}\n{"n":');
  const { sink } = fileSink(file);
  await deliver(sink, numbered(1));
  assert.deepEqual(lines(file), ['{"n":0}', '{"n":', '{"n":0}']);
  await sink.close(MINUTE);
});

test('a symbolic link is not followed', async () => {
  const file = fresh();
  const victim = fresh();
  writeFileSync(victim, 'precious');
  symlinkSync(victim, file);
  const { sink, states } = fileSink(file);
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  assert.match(states[0]!, /ELOOP/);
  await sink.close(1);
});

test('a missing directory is an error once, and mended without a restart', async () => {
  const file = join(folder, 'later', 'alerts.json');
  const { sink, states } = fileSink(file);
  for (const a of numbered(3)) sink.write(a);
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  mkdirSync(join(folder, 'later'));
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(numbers(file), upTo(3));
  assert.equal(states.length, 2);
  assert.match(states[0]!, /ENOENT/);
  assert.equal(states[1], null);
  await sink.close(MINUTE);
});

test('a FIFO without a reader neither hangs nor loses', async (t) => {
  const file = fresh();
  if (spawnSync('mkfifo', [file]).status !== 0) return t.skip('needs mkfifo');
  const { sink, states } = fileSink(file);
  sink.write(alert());
  await until(() => states.length > 0);
  assert.equal(await sink.flush(1), false);
  assert.match(states[0]!, /ENXIO/);
  assert.equal(sink.stats().queued, 1);
  await sink.close(1);
});

test('a full disk is survived: complete lines only, everything arrives once there is room', async (t) => {
  const mount = join(folder, 'small');
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'saker-test', mount]).status !== 0) {
    return t.skip('needs CAP_SYS_ADMIN to mount a small tmpfs');
  }
  try {
    const file = join(mount, 'alerts.json');
    writeFileSync(join(mount, 'ballast'), Buffer.alloc(50_000));
    const { sink, states } = fileSink(file);
    const alerts = numbered(300).map((a) => ({ ...a, json: `{"x":"${'y'.repeat(100)}",${a.json.slice(1)}` }));
    for (const a of alerts) sink.write(a);
    await until(() => states.length > 0);
    assert.equal(await sink.flush(1), false);
    assert.match(states[0]!, /ENOSPC/);
    assert.ok(sink.stats().queued > 0);
    rmSync(join(mount, 'ballast'));
    assert.equal(await sink.flush(MINUTE), true);
    assert.deepEqual(numbers(file), upTo(300));
    assert.equal(sink.stats().dropped, 0);
    await sink.close(MINUTE);
  } finally {
    execFileSync('umount', ['--lazy', mount]);
  }
});

test('text format writes one escaped line', async () => {
  const file = fresh();
  const { sink } = fileSink(file, { json: false });
  await deliver(sink, [alert({ text: 'a\nforged: line\u001b[2J' })]);
  assert.deepEqual(lines(file), ['a\\nforged: line\\x1b[2J']);
  await sink.close(MINUTE);
});

test('the file is there before the first alert, and a path that cannot be is told at once', async () => {
  const file = fresh();
  const good = fileSink(file);
  good.sink.open();
  await until(() => existsSync(file));
  assert.equal(statSync(file).size, 0);
  assert.deepEqual(good.states, []);
  await good.sink.close(MINUTE);
  const bad = fileSink(join(folder, 'none', 'alerts.json'));
  bad.sink.open();
  await until(() => bad.states.length > 0);
  assert.match(bad.states[0]!, /none\/alerts\.json: it does not exist \(ENOENT\)$/);
  await bad.sink.close(1);
});
