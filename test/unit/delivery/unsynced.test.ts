import assert from 'node:assert/strict';
import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { alert, until } from './alerts.ts';

/** A disk that takes what is written and fails later: the kernel tells it to one fdatasync, and to no write. */

const folder = mkdtempSync(join(tmpdir(), 'saker-unsynced-'));
after(() => rmSync(folder, { recursive: true }));
const EIO = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });

test('the alerts file: told with the next alert, once; alerts go on', async () => {
  const { fdatasync } = fs;
  let failures = 0;
  fs.fdatasync = ((fd: number, done: (error: Error | null) => void) =>
    failures++ === 0 ? done(EIO) : fdatasync(fd, done)) as typeof fdatasync;
  syncBuiltinESMExports();
  // Only now: what it takes from node:fs, it takes when it is loaded.
  const { fileChannel } = await import('../../../src/delivery/file.ts');
  const { queueSink } = await import('../../../src/delivery/queue.ts');
  const filename = join(folder, 'alerts.json');
  const states: (string | null)[] = [];
  const channel = fileChannel({ filename, keepAlive: true, json: true, fsync: 'second' });
  const sink = queueSink(channel, { capacity: 10, stallMs: 60_000 }, (_, error) => states.push(error));
  sink.write(alert({ json: '1' }));
  await until(() => failures === 1);
  sink.write(alert({ json: '2' }));
  sink.write(alert({ json: '3' }));
  await sink.flush(60_000);
  sink.write(alert({ json: '4' }));
  await sink.flush(60_000);
  await sink.close(60_000);
  assert.match(states[0] ?? '', /alerts\.json: .*\(EIO\)/);
  assert.deepEqual(states.slice(1), [null]);
  assert.equal(readFileSync(filename, 'utf8'), '1\n2\n3\n4\n');
  fs.fdatasync = fdatasync;
  syncBuiltinESMExports();
});

test('the spool: the next append fails, the one after it is taken', async (t) => {
  const { Spool } = await import('../../../src/delivery/spool/spool.ts');
  const spool = await Spool.open({
    folder: join(folder, 'spool'),
    maxBytes: 1 << 20,
    maxAgeMs: 0,
    syncMs: 1,
  });
  const file = await open('/dev/null');
  const fails = t.mock.method(Object.getPrototypeOf(file), 'datasync', async () => Promise.reject(EIO));
  await file.close();
  await spool.append([Buffer.from('1')]);
  await until(() => fails.mock.callCount() > 0);
  fails.mock.restore();
  await new Promise(setImmediate);
  await assert.rejects(spool.append([Buffer.from('2')]), { code: 'EIO' });
  await spool.append([Buffer.from('2')]);
  assert.deepEqual(
    (await spool.read()).map(({ payload }) => String(Buffer.from(payload))),
    ['1', '2'],
  );
  await spool.close();
});
