import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stdoutChannel, wantsColour } from '../../../src/delivery/stdout.ts';
import { alert } from './alerts.ts';

const line = (more: Parameters<typeof alert>[0], options: { json?: boolean; colour?: boolean }): string =>
  Buffer.from(stdoutChannel({ json: false, colour: false, ...options }).encode(alert(more))).toString();

test('text, JSON and colour', () => {
  assert.equal(line({}, {}), `${alert().text}\n`);
  assert.equal(line({}, { json: true }), `${alert().json}\n`);
  assert.equal(line({}, { json: true, colour: true }), `${alert().json}\n`);
  assert.equal(
    line({}, { colour: true }),
    `\u001b[33m22:13:20.123456789: Warning \u001b[0m${alert().output}\n`,
  );
});

test('content cannot add a line or its own colours', () => {
  const output = 'x\u001b[31m\nforged';
  const shown = line({ output, text: `12:00: Warning ${output}` }, { colour: true });
  assert.equal(shown, '\u001b[33m12:00: Warning \u001b[0mx\\x1b[31m\\nforged\n');
});

test('colour needs a terminal, and NO_COLOR switches it off', () => {
  const file = join(tmpdir(), `saker-stdout-${process.pid}`);
  const fd = openSync(file, 'w');
  assert.equal(wantsColour(fd, {}), false);
  rmSync(file);
});

const PROGRAM = (then: string): string => `
  import { stdoutChannel } from './src/delivery/stdout.ts';
  import { queueSink } from './src/delivery/queue.ts';
  const sink = queueSink(stdoutChannel({ json: true, colour: false }), { capacity: 100000, stallMs: 60000 }, () => {});
  const base = ${JSON.stringify({ ...alert(), timeNs: 0 })};
  for (let n = 0; n < 20000; n++) sink.write({ ...base, timeNs: 0n, json: JSON.stringify({ n }) });
  const flushed = await sink.flush(50);
  process.stderr.write(JSON.stringify({ flushed, stats: sink.stats() }));
  ${then}
`;

const run = (then: string, stdout: 'pipe' | number = 'pipe') =>
  spawn(process.execPath, ['--input-type=module', '-e', PROGRAM(then)], {
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['pipe', stdout, 'pipe'],
  });

test('a full pipe does not hold up the exit', async (t) => {
  const fifo = join(tmpdir(), `saker-fifo-${process.pid}`);
  if (spawnSync('mkfifo', [fifo]).status !== 0) return t.skip('needs mkfifo');
  // Opened for both, so that it has a reader that never reads. (spawn's own "pipe" is a socket.)
  const fd = openSync(fifo, constants.O_RDWR);
  const child = run('await sink.close(1); process.exit(7);', fd);
  child.stderr!.resume();
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 7);
  closeSync(fd);
  rmSync(fifo);
});

// A reader that stops reading must not stop the process: the child fills the pipe, then still answers on stderr.
test('a full pipe does not block the event loop', async () => {
  const child = run("process.stdin.once('data', async () => { await sink.flush(60000); process.exit(0); });");
  let report = '';
  await new Promise<void>((resolve) =>
    child.stderr!.on('data', (data) => {
      report += data;
      if (report.endsWith('}}')) resolve();
    }),
  );
  const { flushed, stats } = JSON.parse(report);
  assert.equal(flushed, false);
  assert.ok(stats.queued > 0);
  let text = '';
  child.stdout!.on('data', (data) => (text += data));
  child.stdin!.write('go');
  await new Promise((resolve) => child.on('close', resolve));
  const numbers = text
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l).n);
  assert.deepEqual(
    numbers,
    Array.from({ length: 20000 }, (_, n) => n),
  );
});
