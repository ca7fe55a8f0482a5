/**
 * Lives of many short containers: is each named in the alert that its first process gives?
 *
 *     node test/bench/containers/lives.ts [containers=1000] [at once=8]
 *
 * A real containerd of this run's own, runc and its shims, the service that follows them, and the engine with a rule.
 * Only the kernel's record is made here, because hosts may refuse tracing: it comes as the container is told to start,
 * which is before its program could be executed, and half of them are looked at by a condition on the image.
 *
 * Budget: no alert without name and image. Exit 1 otherwise.
 */
import { readFileSync } from 'node:fs';
import { ContainerService } from '../../../src/containers/service.ts';
import { CONTAINER_SETTINGS } from '../../../src/containers/settings.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { execRecord } from '../../unit/engine/records.ts';
import { DirectContainers } from '../../vm/e2e/containers/direct.ts';
import { rulesInput } from './engine-input.ts';
import { IMAGE, startPrivateContainerd } from './private-containerd.ts';

const [count = 1000, atOnce = 8] = process.argv.slice(2).map(Number);
/** What each of them lives, s. */
const LIFE = '0.05';
const RELEASE_EVERY_MS = 10;
const TICK_NS = 1e7;

const RULES = `
- rule: named
  desc: d
  condition: evt.type = execve and evt.arg.filename startswith /named
  output: "%container.name %container.image.repository:%container.image.tag"
  priority: INFO
- rule: asked
  desc: d
  condition: evt.type = execve and evt.arg.filename startswith /asked and container.image.repository = docker.io/acme/tool
  output: "%container.name %container.image.repository:%container.image.tag"
  priority: INFO
`;

const runtime = await startPrivateContainerd();
const memory = new Uint8Array(4096);
const engine = new Engine();
if (!engine.load(rulesInput(RULES)).ok) throw new Error('the rules are not valid');
engine.watch(memory);

const { engines } = CONTAINER_SETTINGS;
const off = { enabled: false, sockets: [] };
const only = {
  docker: off,
  podman: off,
  cri: off,
  containerd: { ...engines.containerd, sockets: [runtime.socketPath] },
};
const outputs: string[] = [];
const service = new ContainerService(
  { ...CONTAINER_SETTINGS, engines: only },
  {
    send: (news) => {
      engine.takeContainerNews(structuredClone(news));
      look();
    },
    warn: (text) => console.error(text),
  },
  { bundles: { containerd: [runtime.stateDir], storage: [] } },
);

/** What the worker does between two batches. */
function look(): void {
  engine.releaseHeld();
  for (const { output } of engine.takeAlerts()) outputs.push(output);
  service.ask(engine.takeAsks());
}

/** ns since boot, by proc_pid_stat(5): field 22, in ticks. */
function startOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) * TICK_NS;
}

let cgroup = 1;
function executed(name: string, at: number, pid: number): void {
  const file = at % 2 === 0 ? '/named' : '/asked';
  const startNs = startOf(pid);
  const facts = { pid, startNs, tsNs: startNs + TICK_NS, cgroup: ++cgroup };
  const record = execRecord('execve', file, facts, '', `/default/${name}`);
  memory.set(record);
  engine.take(0, record.length);
  look();
}

const direct = new DirectContainers(runtime.socketPath, 'runc', false);
const template = await direct.template(IMAGE);
service.start();
const timer = setInterval(look, RELEASE_EVERY_MS);
const names = Array.from({ length: count }, (_, at) => `life${at}`);
const began = performance.now();
let next = 0;
async function work(): Promise<void> {
  for (let at = next++; at < count; at = next++)
    await direct.run(template, names[at]!, ['/bin/sleep', LIFE], (pid) => executed(names[at]!, at, pid));
}
await Promise.all(Array.from({ length: atOnce }, work));
const seconds = (performance.now() - began) / 1000;
clearInterval(timer);
engine.releaseHeld(true);
look();
service.stop();
direct.close();
await runtime.stop();

const wanted = new Set(names.map((name) => `${name} ${IMAGE}`));
const whole = new Set(outputs.filter((output) => wanted.has(output)));
const { held, completed, expired } = engine.stats(0).held;
console.log(`${count} containers of ${LIFE} s in ${seconds.toFixed(0)} s, ${atOnce} at once`);
console.log(
  `alerts ${outputs.length}, with name and image ${whole.size}, without ${outputs.length - whole.size}`,
);
console.log(`events that waited for the runtime ${held}: completed ${completed}, expired ${expired}`);
process.exitCode = whole.size === count && outputs.length === count ? 0 : 1;
