import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContainerdSource } from '../../../src/containers/api/containerd.ts';
import { encode } from '../../../src/containers/api/protobuf.ts';
import { Faults } from '../../../src/containers/text.ts';
import { A, asked, GRPC, keep, path } from './fake-runtimes.ts';
import { fail, frame, grpcSocket, middleman, reply } from './fake-sockets.ts';

const container = (fields: Uint8Array): Uint8Array => encode([1, fields]);

test('containerd: labels of 1 MB and with control characters, a specification that is none', async () => {
  const socket = path();
  const label = (key: string, value: string) => [2, encode([1, key], [2, value])] as const;
  const fields = encode(
    [1, A],
    label('app', 'web'),
    label('big', 'x'.repeat(1 << 20)),
    label('esc', '\x1b[2J'),
    [3, 'img\nforged'],
    [5, encode([2, '{"linux":'])],
  );
  await keep(
    grpcSocket(socket, (stream, method) =>
      method.endsWith('Containers/Get') ? reply(stream, container(fields)) : fail(stream, 5, 'not here'),
    ),
  );
  const source = new ContainerdSource(socket, 100, { ...GRPC, maxMessageBytes: 4 << 20 });
  const faults = new Faults();
  const facts = await source.lookup(asked, faults);
  assert.deepEqual([[...facts!.labels!], facts?.image, facts?.privileged], [[['app', 'web']], null, null]);
  assert.equal(faults.count, 3);
  source.close();
});

test('containerd: an event stream that falls silent is noticed', async () => {
  const socket = path();
  const behind = path();
  const runtime = grpcSocket(behind, (stream, method) => {
    if (!method.endsWith('Subscribe')) return reply(stream, new Uint8Array(0));
    stream.respond({ ':status': 200 });
    const event = encode([2, 'default'], [3, '/containers/create'], [4, encode([2, encode([1, A])])]);
    stream.write(Buffer.concat([frame(event), frame(encode([3, '/unknown']))]));
  });
  await keep(runtime);
  const between = await middleman(socket, behind);
  await keep(between);
  const source = new ContainerdSource(socket, 100, GRPC);
  const events: unknown[] = [];
  // The stream itself keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  const onEvent = (event: unknown): void => {
    events.push(event);
    between.fallSilent();
  };
  await assert.rejects(
    source.watch(() => {}, onEvent, new AbortController().signal),
    /hangs|no answer|ended/,
  );
  clearInterval(alive);
  assert.deepEqual(events, [{ kind: 'created', fullId: A, namespace: 'default' }]);
  source.close();
});
