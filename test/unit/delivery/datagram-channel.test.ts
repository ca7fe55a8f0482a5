import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import type { OpenDatagram } from '../../../src/base/datagram.ts';
import { datagramChannel } from '../../../src/delivery/datagram-channel.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import { numbered } from './alerts.ts';

const { EAGAIN, ECONNREFUSED, EMSGSIZE, ENOENT } = constants.errno;

/** A socket that answers by script: errnos for open and send in order, 0 afterwards. */
function socket(opens: number[], sends: number[]) {
  const log: string[] = [];
  const open: OpenDatagram = (path) => {
    const errno = opens.shift() ?? 0;
    log.push(`open ${path} ${errno}`);
    if (errno !== 0) return -errno;
    return {
      send: (bytes) => {
        const result = sends.shift() ?? 0;
        log.push(`${Buffer.from(bytes)} ${result}`);
        return -result;
      },
      close: () => void log.push('close'),
    };
  };
  return { open, log };
}

const cases: [name: string, opens: number[], sends: number[], log: string[], delivered: number][] = [
  ['connects once', [], [], ['open /s 0', 'n=0 0', 'n=1 0'], 2],
  [
    'a slow reader keeps the connection',
    [],
    [0, EAGAIN],
    ['open /s 0', 'n=0 0', `n=1 ${EAGAIN}`, 'n=1 0'],
    2,
  ],
  [
    'a reader that went is connected again',
    [],
    [ECONNREFUSED],
    ['open /s 0', `n=0 ${ECONNREFUSED}`, 'close', 'open /s 0', 'n=0 0', 'n=1 0'],
    2,
  ],
  ['a missing socket is tried again', [ENOENT], [], [`open /s ${ENOENT}`, 'open /s 0', 'n=0 0', 'n=1 0'], 2],
  ['a message beyond the limit is skipped', [], [EMSGSIZE], ['open /s 0', `n=0 ${EMSGSIZE}`, 'n=1 0'], 1],
];
for (const [name, opens, sends, log, delivered] of cases) {
  test(name, async () => {
    const fake = socket(opens, sends);
    const channel = datagramChannel('d', '/s', fake.open, (a) => Buffer.from(a.text));
    const sink = queueSink(channel, { capacity: 10, stallMs: 60_000 }, () => {});
    for (const a of numbered(2)) sink.write(a);
    assert.equal(await sink.flush(60_000), true);
    assert.deepEqual(fake.log, log);
    assert.equal(sink.stats().delivered, delivered);
    await sink.close(1);
    assert.equal(fake.log.at(-1), 'close');
  });
}
