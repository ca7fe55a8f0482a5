// Runs in a guest with saker installed: does in containers what attackers do, and leaves the alerts in /out.

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveResults, mark, restartAgent, type SampleRule, SLOW_GUEST_MS, step, until } from './agent.ts';
import { IMAGE, prepareContainerd, run, runAside, SOCKET, startContainerd, startPod } from './containerd.ts';
import { DirectContainers } from './direct.ts';

const BURST = Number(process.argv[2]);
/** More than processors, since each waits for others. */
const AT_ONCE = 4;

const RULES: readonly SampleRule[] = [
  {
    name: 'Shell with a terminal in a container',
    condition: 'container.id != host and proc.name = sh and proc.tty != 0',
    output: 'shell %proc.cmdline',
  },
  {
    name: 'Dropped program runs',
    condition: 'container.id != host and proc.is_exe_upper_layer = true',
    output: 'dropped %proc.exepath',
  },
  {
    name: 'Privileged container',
    condition: 'proc.vpid = 1 and container.privileged = true',
    output: 'privileged %container.name',
  },
  {
    name: 'Debugfs in a privileged container',
    condition: 'container.privileged = true and proc.name = debugfs',
    output: 'debugfs %proc.pcmdline',
  },
  {
    // Cannot be decided before the runtime has told.
    name: 'Command of the image',
    condition: 'container.image.repository = docker.io/acme/tool and proc.args startswith mark',
    output: 'mark %proc.args %container.start_ts %container.duration pod=%k8s.pod.uid/%k8s.pod.label[app]',
  },
  {
    name: "Command in no runtime's container",
    condition: 'container.id != host and proc.args startswith stray',
    output: 'stray %proc.args',
  },
  {
    name: 'Command of the host',
    condition: 'container.id = host and proc.args startswith mark-host',
    output: 'host %proc.args',
  },
];

const DROP = '/bin/cp /bin/busybox /dropped; /dropped; /bin/true mark dropper';

const ctr = (...args: string[]): string => run('ctr', ...args);
/** A process in a cgroup that looks like a container's, of which no runtime knows. */
function stray(digit: string, name: string): void {
  const cgroup = `/sys/fs/cgroup/docker-${digit.repeat(64)}.scope`;
  run('sh', '-c', `mkdir ${cgroup} && echo $$ > ${cgroup}/cgroup.procs && exec /bin/true stray ${name}`);
}

await prepareContainerd();
step('containerd with its image');
ctr('run', '-d', IMAGE, 'runner', '/bin/sleep', '1000');
const direct = new DirectContainers(SOCKET, 'crun');
const template = await direct.template(IMAGE);
restartAgent(RULES, SLOW_GUEST_MS);
step('saker restarted');

run('/bin/true', 'mark-host');
const IN_A_TERMINAL = `ctr run -t --rm ${IMAGE} terminal /bin/sh -c '/bin/true mark terminal'`;
await Promise.all([
  runAside('script', '-qc', IN_A_TERMINAL, '/dev/null'),
  runAside('ctr', 'run', '--rm', IMAGE, 'dropper', '/bin/sh', '-c', DROP),
]);
await Promise.all([
  runAside(
    'ctr',
    'run',
    '--rm',
    '--privileged',
    IMAGE,
    'strong',
    '/bin/sh',
    '-c',
    '/bin/debugfs; /bin/true mark strong',
  ),
  // It was there before saker.
  runAside('ctr', 'tasks', 'exec', '--exec-id', 'one', 'runner', ...mark('exec')),
]);
step('single containers');
const pod = await startPod(...mark('pod'));
step('pod');

stray('a', 'unknown');
await until('stray unknown', 30);
// A runtime that does not answer: the alert waits for its bound, and no longer.
run('pkill', '-STOP', '-x', 'containerd');
stray('b', 'pending');
await until('stray pending', 30);
run('pkill', '-CONT', '-x', 'containerd');
step('strays');

const waiting = Array.from({ length: BURST }, (_, at) => `burst${at}`);
let left = BURST;
async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    await direct.run(template, name, mark(name));
    left--;
  }
}
const workers = (): Promise<unknown> => Promise.all(Array.from({ length: AT_ONCE }, work));
const second = waiting.splice(BURST / 2);
await workers();
step(`${BURST - left} of the burst`);
run('pkill', '-x', 'containerd');
await sleep(1000);
await startContainerd();
waiting.push(...second);
await workers();
step(`${BURST - left} of the burst`);

ctr('run', '--rm', IMAGE, 'last', ...mark('last'));
await until('mark last', 30);
await sleep(1500);
writeFileSync('/out/pod.json', JSON.stringify(pod));
leaveResults();
step('end');
process.exit(0);
