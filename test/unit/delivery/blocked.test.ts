import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDelivery, type Target } from '../../../src/delivery/index.ts';
import { lockFolder } from '../../../src/delivery/spool/lock.ts';
import { numbered, until } from './alerts.ts';

// As main.ts has it, before the pool is used.
process.env.UV_THREADPOOL_SIZE = '16';

const MINUTE = 60_000;
const run = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const NO_TLS = { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' };

/** A file system that can be made to hang; null where that is not possible. */
function freezable(folder: string): { mount: string; freeze(): boolean; thaw(): void } | null {
  const image = join(folder, 'image');
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  const made = run('truncate', '-s', '8M', image) && run('mkfs.ext4', '-q', image);
  if (!made || !run('mount', '-o', 'loop', image, mount)) return null;
  return {
    mount,
    freeze: () => run('fsfreeze', '--freeze', mount),
    thaw: () => {
      run('fsfreeze', '--unfreeze', mount);
      run('umount', '--lazy', mount);
    },
  };
}

test('a file system, a server, a program that hang hold up nobody else, and memory is bounded', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-blocked-'));
  const disk = freezable(folder);
  if (disk === null) return t.skip('needs CAP_SYS_ADMIN, loop devices and mkfs.ext4');
  // Takes connections and says nothing.
  const silent = createServer(() => {}).unref();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const webhook = (name: string) => ({
    ...{ name, minimumpriority: 'Debug', customfields: {}, rate: 0, checkcert: true },
    ...{
      ca_cert: '',
      client_cert: '',
      client_key: '',
      address: url,
      method: 'POST',
      customheaders: {},
      body: '',
    },
  });
  const file = { json: true, keepAlive: true, fsync: 'batch' } as const;
  const common = {
    ...{
      stdout: null,
      journal: null,
      syslog: null,
      syslogServer: null,
      http: null,
      program: null,
      targets: [],
    },
    ...{ capacity: 100_000, stallMs: MINUTE, onState: () => {}, onNote: () => {}, spool: null },
  };
  const stuck = createDelivery(
    {
      ...common,
      capacity: 500,
      file: { ...file, filename: join(disk.mount, 'alerts.json') },
      program: { program: 'sleep 1000', keepAlive: true, json: true },
      syslogServer: { protocol: 'tcp', host: '192.0.2.1', port: 514, tls: NO_TLS, json: true },
      targets: Array.from({ length: 4 }, (_, i): Target => ({ webhook: webhook(`w${i}`) as never })),
      // On the disk that hangs: each of the spools takes a thread with it.
      spool: { folder: join(disk.mount, 'spool'), maxBytes: 1 << 20, maxAgeMs: 0, syncMs: 0 },
    },
    () => -2,
    1,
  );
  const filename = join(folder, 'alerts.json');
  const free = createDelivery({ ...common, file: { ...file, filename } }, () => -2, 1);
  try {
    // Everything is open and at work when it stops.
    for (const alert of numbered(10)) stuck.write(alert);
    await until(() => stuck.stats().every(({ spool }) => spool === undefined || spool.records === 10));
    await until(() => stuck.stats().some(({ name, delivered }) => name === 'file' && delivered === 10));
    assert.equal(disk.freeze(), true);
    const alerts = numbered(20_000);
    for (let i = 0; i < alerts.length; i += 1000) {
      for (const alert of alerts.slice(i, i + 1000)) for (const d of [stuck, free]) d.write(alert);
      await sleep(1);
    }
    assert.equal(await free.flush(MINUTE), true);
    assert.equal(readFileSync(filename, 'utf8').split('\n').length, 20_001);
    for (const { name, queued, dropped, delivered } of stuck.stats()) {
      assert.ok(queued <= 1100, `${name} holds ${queued}`);
      assert.equal(queued + dropped + delivered, 20_010, name);
    }
  } finally {
    disk.thaw();
    await stuck.close(10);
    await free.close(MINUTE);
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the lock of a spool on a disk that hangs is waited for by a thread of the pool', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-blocked-'));
  const disk = freezable(folder);
  if (disk === null) return t.skip('needs CAP_SYS_ADMIN, loop devices and mkfs.ext4');
  const over = join(folder, 'over');
  try {
    assert.equal(disk.freeze(), true);
    // Another process ends it: this one could not, if it hung.
    spawn('sh', ['-c', `sleep 5; touch ${over}; fsfreeze --unfreeze ${disk.mount}`], { stdio: 'ignore' });
    const locking = lockFolder(disk.mount);
    await sleep(200);
    assert.equal(existsSync(over), false, 'the main thread hung');
    const lock = await locking;
    assert.equal(existsSync(over), true, 'the disk did not hang');
    lock.release();
  } finally {
    disk.thaw();
    rmSync(folder, { recursive: true, force: true });
  }
});
