// What the drivers in the guest share: Debian's containerd, an image of busybox, a pod as a kubelet makes it.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcConnection } from '../../../../src/containers/api/grpc.ts';
import { encode, Message } from '../../../../src/containers/api/protobuf.ts';
import { writeImage } from '../../../unit/containers/oci-image.ts';

export const SOCKET = '/run/containerd/containerd.sock';
export const IMAGE = 'docker.io/acme/tool:1.2';

export const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8' });

/** Meanwhile other things can be done; rejects when the command fails. */
export async function runAside(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}`);
}

function makeImage(): void {
  mkdirSync('/tmp/image/root/bin', { recursive: true });
  run('cp', '/bin/busybox', '/tmp/image/root/bin/busybox');
  // debugfs is no applet of busybox: it is executed, which is what rules see, and says so.
  for (const name of ['sh', 'cp', 'sleep', 'true', 'debugfs'])
    symlinkSync('busybox', `/tmp/image/root/bin/${name}`);
  const layer = execFileSync('tar', ['-C', '/tmp/image/root', '-c', '.'], { maxBuffer: 1 << 26 });
  writeImage('/tmp/image', IMAGE, layer, ['/bin/sleep', '1000']);
}

export async function startContainerd(): Promise<void> {
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

/** Starts containerd with the image in the namespaces of ctr and of pods. */
export async function prepareContainerd(): Promise<void> {
  makeImage();
  await startContainerd();
  const imports = ['default', 'k8s.io'].map((namespace) =>
    runAside('ctr', '-n', namespace, 'images', 'import', '/tmp/image/image.tar'),
  );
  await Promise.all(imports);
}

/** Runs a pod with one container; ids of both. @param command what the container runs */
export async function startPod(
  command: string,
  ...args: string[]
): Promise<{ sandboxId: string; containerId: string }> {
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
    [
      8,
      encode([1, '/kubepods/podf00d0000000000000000000000000001'], [2, encode([1, Uint8Array.of(0x08, 2)])]),
    ],
  );
  const sandboxId = (await call('RunPodSandbox', encode([1, sandboxConfig]))).text(1);
  // ContainerConfig: metadata (1), image (2), command (3), args (4), mounts (7), labels (9), linux (15):
  // security_context (2): privileged (2)
  const containerConfig = encode(
    [1, encode([1, 'front'])],
    [2, encode([1, IMAGE])],
    [3, command],
    ...args.map((arg) => [4, arg] as const),
    [7, encode([1, '/logs'], [2, '/var/log'], [3, true])],
    ...map(9, { ...podLabels, 'io.kubernetes.container.name': 'front' }),
  );
  const containerId = (
    await call('CreateContainer', encode([1, sandboxId], [2, containerConfig], [3, sandboxConfig]))
  ).text(1);
  await call('StartContainer', encode([1, containerId]));
  return { sandboxId, containerId };
}
