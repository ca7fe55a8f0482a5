import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { OpenDatagram } from '../../../src/base/datagram.ts';
import { createDelivery, type DeliveryOptions } from '../../../src/delivery/index.ts';
import { syslogMessage } from '../../../src/delivery/syslog.ts';
import { alert, numbered } from './alerts.ts';
import { bindReceiver } from './receiver.ts';

const MINUTE = 60_000;
const library = join(import.meta.dirname, '../../../build/native/libsaker.so');
const skip = existsSync(library) ? false : 'needs build/native/libsaker.so: npm run build';

async function nativeOpener(): Promise<OpenDatagram> {
  const { datagramOpener } = await import('../../../src/kernel/datagram.ts');
  const { openNative } = await import('../../../src/kernel/native.ts');
  return datagramOpener(openNative());
}

describe('datagram sinks over the native library', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-dgram-'));
  after(() => rmSync(folder, { recursive: true }));

  const delivery = async (path: string, capacity = 10_000) => {
    const states: (string | null)[] = [];
    const options: DeliveryOptions = {
      stdout: null,
      journal: null,
      syslog: { json: false, path },
      file: null,
      syslogServer: null,
      program: null,
      http: null,
      targets: [],
      spool: null,
      onNote: () => {},
      capacity,
      stallMs: MINUTE,
      onState: (_, error) => states.push(error),
    };
    return { delivery: createDelivery(options, await nativeOpener(), 77), states };
  };

  test('a real socket receives each alert as one message', async () => {
    const path = join(folder, 'one');
    const receiver = bindReceiver(path);
    const { delivery: d } = await delivery(path);
    d.write(alert());
    assert.equal(await d.flush(MINUTE), true);
    assert.deepEqual(receiver.receive(), Buffer.from(syslogMessage(alert(), 77, false)));
    assert.equal(receiver.receive(), null);
    await d.close(MINUTE);
    receiver.close();
  });

  test('what is larger than a socket takes goes to the journal as a sealed file, to others not at all', async () => {
    const { openNative } = await import('../../../src/kernel/native.ts');
    const native = openNative();
    const path = join(folder, 'large');
    const receiver = bindReceiver(path);
    const fd = native.saker_dgram_open(path);
    const message = Buffer.alloc(1 << 20, 'MESSAGE=x\n');
    assert.equal(native.saker_dgram_send(fd, message, message.length, 0), -constants.errno.EMSGSIZE);
    assert.equal(native.saker_dgram_send(fd, message, message.length, 1), 0);
    const file = receiver.receiveFile();
    assert.deepEqual(readFileSync(`/proc/self/fd/${file}`), message);
    assert.throws(() => writeSync(file, 'forged', 0), /EPERM/, 'it can still be changed');
    assert.throws(() => ftruncateSync(file, 1), /EPERM/);
    closeSync(file);
    native.saker_close(fd);
    receiver.close();
  });

  test('a reader that lags behind and comes back loses nothing', async () => {
    const path = join(folder, 'slow');
    const receiver = bindReceiver(path);
    const { delivery: d, states } = await delivery(path);
    // More than net.unix.max_dgram_qlen lets wait.
    for (const a of numbered(3000)) d.write(a);
    assert.equal(await d.flush(20), false);
    assert.ok(d.stats()[0]!.retries > 0);
    const seen: string[] = [];
    const drain = (): void => {
      for (let m = receiver.receive(); m !== null; m = receiver.receive())
        seen.push(m.toString().split(': ')[1]!);
    };
    while (seen.length < 3000) {
      drain();
      await d.flush(1);
    }
    assert.deepEqual(
      seen,
      numbered(3000).map((a) => a.text),
    );
    assert.deepEqual(states, []);
    await d.close(MINUTE);
    receiver.close();
  });

  test('a reader that is replaced is found again', async () => {
    const path = join(folder, 'restart');
    const first = bindReceiver(path);
    const { delivery: d, states } = await delivery(path);
    d.write(alert());
    assert.equal(await d.flush(MINUTE), true);
    first.close();
    unlinkSync(path);
    d.write(alert({ text: 'second' }));
    assert.equal(await d.flush(20), false);
    const second = bindReceiver(path);
    assert.equal(await d.flush(MINUTE), true);
    assert.match(second.receive()!.toString(), /: second$/);
    assert.equal(states.at(-1), null);
    await d.close(MINUTE);
    second.close();
  });
});
