// Runs in a guest with saker installed: does in containers what attackers do, and leaves the alerts in /out.

import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { IMAGE, prepareContainerd, run, startContainerd, startPod } from './containerd.ts';

const ALERTS = '/var/log/saker/alerts.json';
const BURST = 200;
const AT_ONCE = 4;

const RULES = `
- list: execs
  items: [execve, execveat]
- rule: Shell with a terminal in a container
  desc: d
  condition: evt.type in (execs) and evt.res = SUCCESS and container.id != host and proc.name = sh and proc.tty != 0
  output: "shell %proc.cmdline"
  priority: NOTICE
- rule: Dropped program runs
  desc: d
  condition: evt.type in (execs) and evt.res = SUCCESS and container.id != host and proc.is_exe_upper_layer = true
  output: "dropped %proc.exepath"
  priority: CRITICAL
- rule: Privileged container
  desc: d
  condition: evt.type in (execs) and evt.res = SUCCESS and proc.vpid = 1 and container.privileged = true
  output: "privileged %container.name"
  priority: NOTICE
- rule: Command of the image
  desc: a condition that cannot be decided before the runtime has told
  condition: evt.type in (execs) and evt.res = SUCCESS and container.image.repository = docker.io/acme/tool and proc.args startswith mark
  output: "mark %proc.args %container.start_ts %container.duration"
  priority: NOTICE
- rule: Command in no runtime's container
  desc: d
  condition: evt.type in (execs) and evt.res = SUCCESS and container.id != host and proc.args startswith stray
  output: "stray %proc.args"
  priority: NOTICE
- rule: Command of the host
  desc: d
  condition: evt.type in (execs) and evt.res = SUCCESS and container.id = host and proc.args startswith mark-host
  output: "host %proc.args"
  priority: NOTICE
`;

/** `mark NAME` is an argument of true, which takes any. */
const mark = (name: string): string[] => ['/bin/true', 'mark', name];
const ctr = (...args: string[]): string => run('ctr', ...args);
const start = (...args: string[]): Promise<void> =>
  new Promise((resolve) => {
    spawn('ctr', args, { stdio: 'ignore' }).on('exit', () => resolve());
  });

/** A process in a cgroup that looks like a container's, of which no runtime knows. */
function stray(digit: string, name: string): void {
  const cgroup = `/sys/fs/cgroup/docker-${digit.repeat(64)}.scope`;
  run('sh', '-c', `mkdir ${cgroup} && echo $$ > ${cgroup}/cgroup.procs && exec /bin/true stray ${name}`);
}

async function until(text: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!readFileSync(ALERTS, 'latin1').includes(text) && performance.now() < end) await sleep(200);
}

await prepareContainerd();
ctr('run', '-d', IMAGE, 'runner', '/bin/sleep', '1000');
writeFileSync('/etc/saker/rules.d/containers.yaml', RULES);
// Above what an answer takes in a slow guest, below the 6 s after which a runtime that hangs has been given up.
writeFileSync(
  '/etc/saker/config.d/containers.yaml',
  'rule_matching: all\nnoise_control: {preset: off}\ncontainer_engines: {hold_ms: 4000}\n',
);
run('systemctl', 'restart', 'saker');

run('/bin/true', 'mark-host');
run('script', '-qc', `ctr run -t --rm ${IMAGE} terminal /bin/sh -c '/bin/true mark terminal'`, '/dev/null');
ctr(
  'run',
  '--rm',
  IMAGE,
  'dropper',
  '/bin/sh',
  '-c',
  '/bin/busybox cp /bin/busybox /dropped; /dropped; /bin/true mark dropper',
);
ctr('run', '--rm', '--privileged', IMAGE, 'strong', ...mark('strong'));
stray('a', 'unknown');
await until('stray unknown', 30);
// A runtime that does not answer: the alert waits for its bound, and no longer.
run('pkill', '-STOP', '-x', 'containerd');
stray('b', 'pending');
await until('stray pending', 30);
run('pkill', '-CONT', '-x', 'containerd');
// It was there before saker.
ctr('tasks', 'exec', '--exec-id', 'one', 'runner', ...mark('exec'));
const pod = await startPod(...(mark('pod') as [string, ...string[]]));

const began = performance.now();
const waiting = Array.from({ length: BURST }, (_, at) => `burst${at}`);
let restarted: Promise<void> | null = null;
while (waiting.length > 0) {
  if (waiting.length <= BURST / 2 && restarted === null) {
    run('pkill', '-x', 'containerd');
    restarted = sleep(1000).then(startContainerd);
    await restarted;
  }
  await Promise.all(
    waiting.splice(0, AT_ONCE).map((name) => start('run', '--rm', IMAGE, name, ...mark(name))),
  );
}
const tookMs = performance.now() - began;
ctr('run', '--rm', IMAGE, 'last', ...mark('last'));
await until('mark last', 30);
await sleep(1500);
copyFileSync(ALERTS, '/out/alerts.json');
writeFileSync('/out/pod.json', JSON.stringify({ ...pod, tookMs }));
writeFileSync('/out/status.json', run('saker', 'status', '--json'));
writeFileSync('/out/status', run('saker', 'status'));
writeFileSync('/out/log', run('journalctl', '-u', 'saker', '--no-pager'));
run('systemctl', 'stop', 'saker');
process.exit(0);
