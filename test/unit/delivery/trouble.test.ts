import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryOptions } from '../../../src/agent/outputs.ts';
import type { OpenDatagram } from '../../../src/base/datagram.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { createDelivery, type DeliveryOptions } from '../../../src/delivery/index.ts';
import { alert, numbered, until } from './alerts.ts';
import { makeCertificates } from './certificates.ts';
import { httpServer } from './http-server.ts';
import { bindReceiver } from './receiver.ts';

/**
 * An output in trouble: one message that says what is wrong, its place in the counters meanwhile, and everything
 * delivered once it is mended, without a restart. Real file systems, sockets, certificates, processes.
 */

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'saker-trouble-'));
const mounted: string[] = [];
after(() => {
  for (const path of mounted) spawnSync('umount', ['--lazy', path]);
  rmSync(folder, { recursive: true });
});
const library = join(import.meta.dirname, '../../../build/native/libsaker.so');
const certificates = makeCertificates();

let serial = 0;
const fresh = (): string => {
  const path = join(folder, String(serial++));
  mkdirSync(path);
  return path;
};

/** A file system of 1 MiB; null where this process may not mount. */
function smallDisk(): string | null {
  const path = fresh();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'saker-test', path]).status !== 0) return null;
  mounted.push(path);
  return path;
}

interface Trouble {
  /** Of the configuration. */
  readonly yaml: string;
  readonly socket?: { readonly journal?: string; readonly syslog?: string };
  /** Which output, and what its one message says. */
  readonly sink: string;
  readonly says: RegExp;
  /** Alerts that are needed to meet the trouble. */
  readonly count?: number;
  mend(): unknown;
  /** Alerts that arrived, as far as that can be seen. */
  arrived(): number;
  end?(): void;
}

const CANNOT_MOUNT = 'needs CAP_SYS_ADMIN to mount a small tmpfs';
const linesIn = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;

/** Name → the trouble made, or what is missing to make it. */
const TROUBLES: Readonly<Record<string, () => Trouble | string | Promise<Trouble | string>>> = {
  'file: the disk is full': () => {
    const disk = smallDisk();
    if (disk === null) return CANNOT_MOUNT;
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(900 << 10));
    const filename = join(disk, 'alerts.json');
    return {
      yaml: `file_output: {enabled: true, filename: ${filename}}`,
      ...{ sink: 'file', says: /\/alerts\.json: the disk is full \(ENOSPC\)$/, count: 2000 },
      mend: () => rmSync(join(disk, 'ballast')),
      arrived: () => linesIn(filename),
    };
  },
  'file: the file system is read-only': () => {
    const disk = smallDisk();
    if (disk === null) return CANNOT_MOUNT;
    const filename = join(disk, 'alerts.json');
    spawnSync('mount', ['-o', 'remount,ro', disk]);
    return {
      yaml: `file_output: {enabled: true, filename: ${filename}}`,
      ...{ sink: 'file', says: /\/alerts\.json: the file system is read-only \(EROFS\)$/ },
      mend: () => spawnSync('mount', ['-o', 'remount,rw', disk]),
      arrived: () => linesIn(filename),
    };
  },
  'file: its folder is missing': () => {
    const filename = join(folder, 'later', 'alerts.json');
    return {
      yaml: `file_output: {enabled: true, filename: ${filename}}`,
      ...{ sink: 'file', says: /\/alerts\.json: it does not exist \(ENOENT\)$/ },
      mend: () => mkdirSync(join(folder, 'later')),
      arrived: () => linesIn(filename),
    };
  },
  'syslog: no /dev/log': () => missingSocket('syslog', 'syslog_output: {enabled: true}'),
  'journal: no socket': () => missingSocket('journal', 'journal_output: {enabled: true}'),
  'http: a certificate of an unknown authority': async () => {
    if (certificates === null) return 'needs openssl(1) to make certificates';
    const { ca, serverCert, serverKey, clientCert } = certificates;
    const trusted = join(fresh(), 'ca.pem');
    copyFileSync(clientCert, trusted);
    const server = await httpServer(undefined, {
      cert: readFileSync(serverCert),
      key: readFileSync(serverKey),
    });
    return {
      yaml: `http_output: {enabled: true, url: "${server.url}", ca_cert: ${trusted}}`,
      ...{ sink: 'http', says: /^no known authority signed the certificate of the server \([A-Z_]+\)$/ },
      mend: () => replace(ca, trusted),
      arrived: () => server.received.length,
      end: () => server.close(),
    };
  },
  'http: a file that is no certificate': async () => {
    if (certificates === null) return 'needs openssl(1) to make certificates';
    const { ca, serverCert, serverKey } = certificates;
    const trusted = join(fresh(), 'ca.pem');
    writeFileSync(trusted, 'not PEM');
    const server = await httpServer(undefined, {
      cert: readFileSync(serverCert),
      key: readFileSync(serverKey),
    });
    return {
      yaml: `http_output: {enabled: true, url: "${server.url}", ca_cert: ${trusted}}`,
      ...{ sink: 'http', says: /\/ca\.pem: no certificate in PEM form$/ },
      mend: () => replace(ca, trusted),
      arrived: () => server.received.length,
      end: () => server.close(),
    };
  },
  'program: the command does not exist': () => {
    const place = fresh();
    const command = join(place, 'command');
    return {
      yaml: `program_output: {enabled: true, keep_alive: true, program: ${command}}`,
      ...{ sink: 'program', says: /^the program ended with status 127$/ },
      mend: () => {
        writeFileSync(command, `#!/bin/sh\nexec cat >> ${place}/out\n`);
        chmodSync(command, 0o755);
      },
      arrived: () => linesIn(join(place, 'out')),
    };
  },
};

/** By rename: a reader sees the old file or the new one. */
function replace(from: string, path: string): void {
  copyFileSync(from, `${path}.new`);
  renameSync(`${path}.new`, path);
}

function missingSocket(sink: 'journal' | 'syslog', yaml: string): Trouble | string {
  if (!existsSync(library)) return 'needs build/native/libsaker.so: npm run build';
  const path = join(fresh(), 'socket');
  let receiver: ReturnType<typeof bindReceiver> | null = null;
  let count = 0;
  return {
    ...{ yaml, socket: { [sink]: path }, sink, says: /\/socket: it does not exist \(ENOENT\)$/ },
    mend: () => {
      receiver = bindReceiver(path);
    },
    arrived: () => {
      while (receiver?.receive()) count++;
      return count;
    },
    end: () => receiver?.close(),
  };
}

async function opener(): Promise<OpenDatagram> {
  if (!existsSync(library)) return () => -2;
  const { datagramOpener } = await import('../../../src/kernel/datagram.ts');
  const { openNative } = await import('../../../src/kernel/native.ts');
  return datagramOpener(openNative());
}

function optionsOf({ yaml, socket }: Trouble, said: string[]): DeliveryOptions {
  const text = `json_output: true\nstdout_output: {enabled: false}\nspool: {path: ${fresh()}}\n${yaml}\n`;
  const files = { read: () => text, list: () => [] };
  const { config, problems } = loadConfig({ file: 'saker.yaml', strict: true, files });
  assert.deepEqual(problems, []);
  const log = { error: (m: string) => said.push(m), notice: (m: string) => said.push(m) } as never;
  const options = deliveryOptions(config!, log, { rule: 'none', heard: () => {} });
  return {
    ...options,
    ...(socket?.journal === undefined ? {} : { journal: { path: socket.journal } }),
    ...(socket?.syslog === undefined ? {} : { syslog: { json: false, path: socket.syslog } }),
  };
}

for (const [name, make] of Object.entries(TROUBLES))
  test(`said once, counted, mended without a restart: ${name}`, { timeout: 2 * MINUTE }, async (t) => {
    const trouble = await make();
    if (typeof trouble === 'string') return t.skip(trouble);
    const { sink, says, count = 3 } = trouble;
    const said: string[] = [];
    const delivery = createDelivery(optionsOf(trouble, said), await opener(), 1);
    const stats = () => delivery.stats().find((one) => one.name === sink)!;
    const filler = 'x'.repeat(100);
    for (const a of numbered(count)) delivery.write({ ...a, json: `{"x":"${filler}",${a.json.slice(1)}` });
    await until(() => said.length > 0 && stats().retries >= 3);
    assert.equal(await delivery.flush(1), false);
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0]!.replace(`output ${sink}: `, ''), says);
    const during = stats();
    assert.match(during.error ?? '', says);
    assert.ok(during.queued > 0);
    trouble.mend();
    delivery.write(alert());
    assert.equal(await delivery.flush(MINUTE), true, said.join('\n'));
    assert.deepEqual(said.slice(1), [`output ${sink} works again`]);
    const { delivered, dropped, refused, error } = stats();
    assert.deepEqual(
      { delivered, dropped, refused, error },
      { delivered: count + 1, dropped: 0, refused: 0, error: null },
    );
    await delivery.close(MINUTE);
    await until(() => trouble.arrived() === count + 1);
    trouble.end?.();
  });

test('a spool on a read-only file system: said once, alerts go out all the same, used again once it is mended', async (t) => {
  const disk = smallDisk();
  if (disk === null) return t.skip(CANNOT_MOUNT);
  spawnSync('mount', ['-o', 'remount,ro', disk]);
  const server = await httpServer();
  const said: string[] = [];
  const yaml = `http_output: {enabled: true, url: "${server.url}"}`;
  const trouble = { yaml, sink: 'http', says: /./, mend: () => {}, arrived: () => 0 };
  const options = optionsOf(trouble, said);
  const delivery = createDelivery(
    { ...options, spool: { ...options.spool!, folder: join(disk, 'spool') } },
    await opener(),
    1,
  );
  for (const a of numbered(5)) delivery.write(a);
  await until(() => server.received.length === 5);
  assert.match(
    said.join('\n'),
    /^output http spool: \S+: the file system is read-only \(EROFS\); alerts that /,
  );
  assert.match(delivery.stats()[0]?.error ?? '', /EROFS/);
  spawnSync('mount', ['-o', 'remount,rw', disk]);
  // A folder that cannot be used is tried again with an alert, once a second.
  for (let n = 0; said.length < 2; n++) {
    delivery.write(alert({ json: `{"later":${n}}` }));
    await sleep(100);
  }
  assert.equal(await delivery.flush(MINUTE), true);
  assert.deepEqual(said.slice(1), ['output http spool works again']);
  assert.deepEqual([delivery.stats()[0]?.error, delivery.stats()[0]?.dropped], [null, 0]);
  await delivery.close(MINUTE);
  server.close();
});
