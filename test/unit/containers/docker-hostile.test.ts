import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import { Faults } from '../../../src/containers/text.ts';
import { A, asked, HTTP, keep, path } from './fake-runtimes.ts';
import { httpSocket } from './fake-sockets.ts';
import { INSPECTION } from './inspection.ts';

const badHttp: readonly (readonly [name: string, body: string, text: RegExp])[] = [
  ['an endless answer', 'x'.repeat(200_000), /above 100000 bytes/],
  ['no JSON', '{"Id":', /JSON/],
];
for (const [name, body, text] of badHttp) {
  test(`docker: ${name}`, async () => {
    const socket = path();
    await keep(httpSocket(socket, (_, response) => response.end(body)));
    const source = new DockerSource('docker', socket, 100, { limits: HTTP });
    await assert.rejects(source.lookup(asked, new Faults()), text);
  });
}

test('docker: a line of events without end', async () => {
  const socket = path();
  await keep(httpSocket(socket, (_, response) => void response.write('{'.repeat(5000))));
  const source = new DockerSource('docker', socket, 100, { limits: HTTP });
  await assert.rejects(
    source.watch(
      () => {},
      () => {},
      new AbortController().signal,
    ),
    /line above/,
  );
});

test('docker: the answer is about another container (a name that looks like an id)', async () => {
  const socket = path();
  await keep(
    httpSocket(socket, (_, response) => response.end(JSON.stringify({ ...INSPECTION, Id: 'b'.repeat(64) }))),
  );
  assert.equal(
    await new DockerSource('docker', socket, 100, { limits: HTTP }).lookup(asked, new Faults()),
    null,
  );
});

test('docker: answers of every wrong kind give missing facts', async () => {
  for (const wrong of [null, 7, 'x', [], [[null]], true]) {
    const socket = path();
    const keys = ['Name', 'Config', 'HostConfig', 'Mounts', 'NetworkSettings', 'Image', 'Created'];
    const body = { Id: A, ...Object.fromEntries(keys.map((key) => [key, wrong])) };
    await keep(httpSocket(socket, (_, response) => response.end(JSON.stringify(body))));
    const facts = await new DockerSource('docker', socket, 100, { limits: HTTP }).lookup(asked, new Faults());
    assert.deepEqual([facts?.privileged, facts?.labels?.size, facts?.mounts?.length], [null, 0, 0]);
  }
});
