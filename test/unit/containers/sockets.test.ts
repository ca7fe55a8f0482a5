import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContainerdSource } from '../../../src/containers/api/containerd.ts';
import { CriSource } from '../../../src/containers/api/cri.ts';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import type { Source } from '../../../src/containers/source.ts';
import { Faults } from '../../../src/containers/text.ts';
import { asked, GRPC, HTTP, keep, path, random } from './fake-runtimes.ts';
import { rawSocket } from './fake-sockets.ts';

/** What all runtimes' sockets may do wrong. */

const sources: readonly (readonly [kind: string, make: (socket: string) => Source])[] = [
  ['containerd', (socket) => new ContainerdSource(socket, 100, GRPC)],
  ['cri', (socket) => new CriSource(socket, 100, GRPC)],
  ['docker', (socket) => new DockerSource('docker', socket, 100, { limits: HTTP })],
];
for (const [kind, make] of sources) {
  const rejects = async (socket: string): Promise<void> => {
    const source = make(socket);
    const stop = new AbortController();
    await assert.rejects(source.lookup(asked, new Faults()));
    await assert.rejects(source.list());
    await assert.rejects(
      source.watch(
        () => {},
        () => {},
        stop.signal,
      ),
    );
    source.close();
  };
  test(`${kind}: nobody listens`, () => rejects(path()));
  test(`${kind}: a socket that hangs`, async () => {
    const socket = path();
    await keep(rawSocket(socket, () => {}));
    await rejects(socket);
  });
  test(`${kind}: a socket that closes at once`, async () => {
    const socket = path();
    await keep(rawSocket(socket, (peer) => peer.destroy()));
    await rejects(socket);
  });
  test(`${kind}: garbage`, async () => {
    for (let seed = 0; seed < 10; seed++) {
      const socket = path();
      await keep(rawSocket(socket, (peer) => peer.end(random(seed))));
      await rejects(socket);
    }
  });
}
