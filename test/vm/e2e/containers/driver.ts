// Runs in a guest with Debian's containerd: starts containers and pods as people and kubelets do, follows them with
// saker's own service, and leaves what it knew, and when, in /out for the test to judge.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerdSource } from '../../../../src/containers/api/containerd.ts';
import { type Container, Containers } from '../../../../src/containers/index.ts';
import { ContainerService } from '../../../../src/containers/service.ts';
import { CONTAINER_SETTINGS } from '../../../../src/containers/settings.ts';
import { IMAGE, prepareContainerd, run, SOCKET, startContainerd, startPod } from './containerd.ts';

const BURST = 30;

const now = (): number => performance.now();

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

await prepareContainerd();

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

// 3. A pod.
const { sandboxId, containerId: podContainerId } = await startPod('/bin/sleep', '1003');
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
