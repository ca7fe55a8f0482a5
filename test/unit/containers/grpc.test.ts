import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContainerdSource } from '../../../src/containers/api/containerd.ts';
import { encode, Message } from '../../../src/containers/api/protobuf.ts';
import { Faults } from '../../../src/containers/text.ts';
import { A, asked, GRPC, keep, path, random } from './fake-runtimes.ts';
import { fail, frame, grpcSocket } from './fake-sockets.ts';

const container = (fields: Uint8Array): Uint8Array => encode([1, fields]);
const badAnswers: readonly (readonly [name: string, bytes: Uint8Array | null, text: RegExp])[] = [
  ['a message above the limit', frame(new Uint8Array(200_000)), /message of 200000 bytes/],
  ['a compressed message', Buffer.from([1, 0, 0, 0, 0]), /compressed/],
  ['a message that is no protobuf', frame(Buffer.from([0xff, 0xff])), /cut off/],
  ['a field longer than the message', frame(Buffer.from([0x0a, 0x7f, 1])), /cut off/],
  ['nothing', null, /empty answer/],
];
for (const [name, bytes, text] of badAnswers) {
  test(`gRPC: ${name}`, async () => {
    const socket = path();
    await keep(
      grpcSocket(socket, (stream) => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(bytes ?? undefined);
      }),
    );
    const source = new ContainerdSource(socket, 100, GRPC);
    await assert.rejects(source.lookup(asked, new Faults()), text);
    source.close();
  });
}

test('gRPC: not found is no failure, another status is, and its message is told', async () => {
  const socket = path();
  let status = 5;
  await keep(grpcSocket(socket, (stream) => fail(stream, status, 'näh')));
  const source = new ContainerdSource(socket, 100, GRPC);
  assert.equal(await source.lookup(asked, new Faults()), null);
  status = 2;
  await assert.rejects(source.lookup(asked, new Faults()), /näh/);
  source.close();
});

test('gRPC: a message in pieces of one byte, and the connection made anew after a failure', async () => {
  const socket = path();
  let broken = true;
  await keep(
    grpcSocket(socket, (stream, method) => {
      if (method.endsWith('Images/Get')) return fail(stream, 5, 'not here');
      if (broken) return stream.session?.destroy();
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      for (const byte of frame(container(encode([1, A], [3, 'tool:1'])))) stream.write(Buffer.of(byte));
      stream.end();
    }),
  );
  const source = new ContainerdSource(socket, 100, GRPC);
  await assert.rejects(source.lookup(asked, new Faults()));
  broken = false;
  const facts = await source.lookup(asked, new Faults());
  assert.deepEqual([facts?.name, facts?.image], [A.slice(0, 12), 'tool:1']);
  source.close();
});

test('protobuf: garbage throws or reads as something, and always ends', () => {
  for (let seed = 0; seed < 500; seed++) {
    try {
      const message = new Message(random(seed).subarray(0, seed));
      for (let field = 0; field < 20; field++) {
        message.text(field);
        message.map(field);
        message.integer(field);
      }
    } catch (error) {
      assert.match(String(error), /ProtobufError|Error: (a number|a field|wire type|more than)/);
    }
  }
});
