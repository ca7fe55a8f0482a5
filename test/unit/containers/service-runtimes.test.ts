import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../../src/containers/api/protobuf.ts';
import { fail, grpcSocket, httpSocket, reply } from './fake-sockets.ts';
import { A, docker, hex, LIMIT, path, start, until } from './service-parts.ts';

/** Runtimes that no guest has: from the cgroup's name to the facts, over sockets that answer as documented. */

const POD = hex('b');
// cgroupfs and systemd driver.
const CRIO_PATHS = [
  `/kubepods/besteffort/pod63b3ebfc-2890-11e9-8154-16bf8ef8d9dc/crio-${A}`,
  `/kubepods.slice/kubepods-pod63b3ebfc.slice/crio-${A}.scope/container`,
];
for (const cgroup of CRIO_PATHS) {
  test(`cri-o: ${cgroup.slice(0, 30)}…`, LIMIT, async (t) => {
    const socket = path();
    const fake = await grpcSocket(socket, (stream, method) => {
      const name = method.split('/').at(-1);
      if (name === 'Version') return reply(stream, encode([2, 'cri-o']));
      if (name === 'ListContainers') return reply(stream, encode([1, encode([1, A], [2, POD])]));
      if (name === 'PodSandboxStatus')
        return reply(
          stream,
          encode([1, encode([1, POD], [2, encode([1, 'db-0'], [2, 'uid-1'], [3, 'shop'])])]),
        );
      if (name === 'ContainerStatus')
        return reply(
          stream,
          encode([1, encode([1, A], [2, encode([1, 'db'])], [8, encode([1, 'quay.io/db:9'])])]),
        );
      return fail(stream, 12, 'unknown method');
    });
    t.after(() => fake.close());
    const { ask } = start(t, { cri: socket });
    const container = ask(cgroup);
    await until(t, () => container.state === 'known');
    const { runtime, name, image, podName, podNamespace, podSandboxId } = container.facts!;
    assert.deepEqual(
      [runtime, name, image, podName, podNamespace, podSandboxId],
      ['cri-o', 'db', 'quay.io/db:9', 'db-0', 'shop', POD],
    );
  });
}

for (const engine of ['docker', 'podman'] as const) {
  test(`rootless ${engine}: named by its user's socket, and only by that engine's`, LIMIT, async (t) => {
    const [own, other] = [path(), path()];
    const uid = process.getuid!();
    const fakes = await Promise.all(
      [own, other].map((socket, at) =>
        httpSocket(socket, docker(new Map([[A, at === 0 ? 'mine' : 'forged']]), new Set())),
      ),
    );
    t.after(() => Promise.all(fakes.map((fake) => fake.close())));
    const sockets = engine === 'docker' ? { docker: own, podman: other } : { docker: other, podman: own };
    const { ask, service } = start(t, {}, { userSockets: () => sockets });
    const prefix = engine === 'docker' ? 'docker' : 'libpod';
    const cgroup = `/user.slice/user-${uid}.slice/user@${uid}.service/user.slice/${prefix}-${A}.scope`;
    const container = ask(cgroup);
    await until(t, () => container.state === 'known');
    const { runtime, name, image } = container.facts!;
    assert.deepEqual([runtime, name, image, container.isOfUser], [engine, 'mine', 'nginx:1', true]);
    assert.equal(service.stats().unknown, 0);
  });
}
