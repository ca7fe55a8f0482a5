// Runs in a guest with Debian's containerd: starts containers and pods as people and kubelets do, follows them with
// saker's own service, and leaves what it knew, and when, in /out for the test to judge.

import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerdSource } from '../../../../src/containers/api/containerd.ts';
import { GrpcConnection } from '../../../../src/containers/api/grpc.ts';
import { encode, Message } from '../../../../src/containers/api/protobuf.ts';
import { type Container, Containers } from '../../../../src/containers/index.ts';
import { ContainerService } from '../../../../src/containers/service.ts';
import { CONTAINER_SETTINGS } from '../../../../src/containers/settings.ts';
import { writeImage } from '../../../unit/containers/oci-image.ts';

const SOCKET = '/run/containerd/containerd.sock';
const IMAGE = 'docker.io/acme/tool:1.2';
const BURST = 30;

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });
const now = (): number => performance.now();

function makeImage(): void {
  mkdirSync('/tmp/image/root/bin', { recursive: true });
  run('cp', '/bin/busybox', '/tmp/image/root/bin/busybox');
  for (const name of ['sh', 'sleep', 'true']) symlinkSync('busybox', `/tmp/image/root/bin/${name}`);
  const layer = execFileSync('tar', ['-C', '/tmp/image/root', '-c', '.'], { maxBuffer: 1 << 26 });
  writeImage('/tmp/image', IMAGE, layer, ['/bin/sleep', '1000']);
}

async function startContainerd(): Promise<void> {
  // ctr and the CRI give it to containers; a guest without a network has none.
  appendFileSync('/etc/resolv.conf', '');
  mkdirSync('/etc/containerd', { recursive: true });
  writeFileSync(
    '/etc/containerd/config.toml',
    `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "${IMAGE}"\n`,
  );
  spawn('containerd', [], { stdio: 'ignore', detached: true }).unref();
  for (;;) {
    try {
      run('ctr', 'version');
      return;
    } catch {
      await sleep(200);
    }
  }
}

/** Cgroup path of the process with this command line. */
function cgroupOf(command: string): string {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim() !== command) continue;
      return readFileSync(`/proc/${pid}/cgroup`, 'latin1').trim().split(':')[2] ?? '';
    } catch {
      // ended meanwhile
    }
  }
  throw new Error(`no process: ${command}`);
}

const shown = (container: Container | null): unknown =>
  container === null
    ? null
    : {
        id: container.id,
        fullId: container.fullId,
        runtime: container.runtime,
        state: container.state,
        ...container.facts,
        labels: Object.fromEntries(container.facts?.labels ?? []),
        podLabels: Object.fromEntries(container.facts?.podLabels ?? []),
      };

makeImage();
await startContainerd();
run('ctr', 'images', 'import', '/tmp/image/image.tar');
run('ctr', '-n', 'k8s.io', 'images', 'import', '/tmp/image/image.tar');

const containers = new Containers();
const warnings: string[] = [];
/** Key of a container → when name and image were known. */
const knownAt = new Map<string, number>();
const service = new ContainerService(CONTAINER_SETTINGS, {
  send: (news) => {
    containers.apply(structuredClone(news), now());
    for (const one of news) {
      if (one.kind !== 'facts' || !one.facts?.name || !one.facts.image || knownAt.has(one.key)) continue;
      knownAt.set(one.key, now());
    }
  },
  warn: (text) => warnings.push(text),
});

async function known(command: string): Promise<unknown> {
  const path = cgroupOf(command);
  const container = containers.of(path, now());
  service.ask(containers.takeAsks(now()));
  if (container !== null) await new Promise<void>((resolve) => container.onSettled(resolve));
  // The CRI of a pod is asked after containerd itself.
  await sleep(500);
  return { path, ...(shown(container) as object) };
}

// 1. Before saker: a container that is there when it starts.
run('ctr', 'run', '-d', '--label', 'app=old', IMAGE, 'old', '/bin/sleep', '1001');
service.start();
// Told without being asked for.
while (containers.stats().known === 0) await sleep(50);
const old = await known('/bin/sleep 1001');

// 2. After it: asked for by nobody.
run(
  'ctr',
  'run',
  '-d',
  '--privileged',
  '--label',
  'app=web',
  '--net-host',
  IMAGE,
  'web',
  '/bin/sleep',
  '1002',
);
const web = await known('/bin/sleep 1002');
const webInfo = JSON.parse(run('ctr', 'containers', 'info', 'web'));

// 3. A pod as a kubelet makes it.
const cri = new GrpcConnection(SOCKET, { timeoutMs: 60_000, maxMessageBytes: 1 << 24, pingMs: 20_000 });
const call = async (method: string, request: Uint8Array): Promise<Message> =>
  new Message(await cri.unary(`/runtime.v1.RuntimeService/${method}`, request));
const map = (field: number, entries: Record<string, string>) =>
  Object.entries(entries).map(([key, value]) => [field, encode([1, key], [2, value])] as const);
const podLabels = {
  app: 'shop',
  'io.kubernetes.pod.name': 'shop-0',
  'io.kubernetes.pod.namespace': 'store',
  'io.kubernetes.pod.uid': 'f00d-1',
};
const APPLIED = JSON.stringify({
  spec: { containers: [{ name: 'front', livenessProbe: { exec: { command: ['cat', '/ok'] } } }] },
});
// PodSandboxConfig: metadata (1), labels (6), annotations (7), linux (8): cgroup_parent (1),
// security_context (2): namespace_options (1) with the host's network
const sandboxConfig = encode(
  [1, encode([1, 'shop-0'], [2, 'f00d-1'], [3, 'store'])],
  ...map(6, podLabels),
  ...map(7, { 'kubectl.kubernetes.io/last-applied-configuration': APPLIED }),
  [8, encode([1, '/kubepods/podf00d0000000000000000000000000001'], [2, encode([1, Uint8Array.of(0x08, 2)])])],
);
const sandboxId = (await call('RunPodSandbox', encode([1, sandboxConfig]))).text(1);
// ContainerConfig: metadata (1), image (2), command (3), args (4), mounts (7), labels (9), linux (15):
// security_context (2): privileged (2)
const containerConfig = encode(
  [1, encode([1, 'front'])],
  [2, encode([1, IMAGE])],
  [3, '/bin/sleep'],
  [4, '1003'],
  [7, encode([1, '/logs'], [2, '/var/log'], [3, true])],
  ...map(9, { ...podLabels, 'io.kubernetes.container.name': 'front' }),
);
const podContainerId = (
  await call('CreateContainer', encode([1, sandboxId], [2, containerConfig], [3, sandboxConfig]))
).text(1);
await call('StartContainer', encode([1, podContainerId]));
const pod = await known('/bin/sleep 1003');

// 4. A burst: was each one known before its first process was started?
const startedAt = new Map<string, number>();
const follower = new ContainerdSource(SOCKET, 100);
const stop = new AbortController();
const following = follower.watch(
  () => {},
  ({ kind, fullId }) => {
    if (kind === 'started') startedAt.set(fullId, now());
  },
  stop.signal,
);
following.catch(() => {});
const burst = Array.from({ length: BURST }, (_, at) => `burst${at}`);
for (let at = 0; at < BURST; at += 5) {
  await Promise.all(
    burst.slice(at, at + 5).map(
      (id) =>
        new Promise((resolve) => {
          spawn('ctr', ['run', '--rm', IMAGE, id, '/bin/true'], { stdio: 'ignore' }).on('exit', resolve);
        }),
    ),
  );
}
await sleep(500);
const aheadMs = burst.map(
  (id) => (startedAt.get(id) ?? Number.NaN) - (knownAt.get(`default/${id}`) ?? Number.NaN),
);

// 5. containerd is restarted while saker runs, and a container appears meanwhile.
run('pkill', '-x', 'containerd');
await sleep(1000);
await startContainerd();
run('ctr', 'run', '-d', IMAGE, 'late', '/bin/sleep', '1004');
const late = await known('/bin/sleep 1004');

writeFileSync(
  '/out/result.json',
  JSON.stringify({
    old,
    web,
    webInfo,
    sandboxId,
    podContainerId,
    pod,
    aheadMs,
    late,
    warnings,
    stats: service.stats(),
  }),
);
process.exit(0);
