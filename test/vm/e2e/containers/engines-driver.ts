// Runs in a guest with saker installed: containers of docker and podman, of root and of an ordinary user.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveResults, mark, restartAgent, SLOW_GUEST_MS, step, until } from './agent.ts';
import { IMAGE, prepareContainerd, run } from './containerd.ts';

const USER_ID = 1000;
const USER_RUN = `/run/user/${USER_ID}`;

/** As a login shell of that user would have it; podman asks the user's systemd for a scope. */
const AS_USER = [
  ...(['runuser', '-u', 'tester', '--', 'env', '-C', '/home/tester', 'HOME=/home/tester'] as const),
  ...[`XDG_RUNTIME_DIR=${USER_RUN}`, `DBUS_SESSION_BUS_ADDRESS=unix:path=${USER_RUN}/bus`],
] as const;
const asUser = (...command: string[]): string => run(AS_USER[0], ...AS_USER.slice(1), ...command);

/** Runs on while the driver goes on. */
function aside(command: string, ...args: string[]): void {
  spawn(command, args, { stdio: 'ignore', detached: true }).unref();
}

/** Until the agent has learned a container from this socket. */
async function followed(runtime: string): Promise<void> {
  for (let tries = 60; tries > 0; tries--) {
    if (JSON.parse(run('saker', 'status', '--json')).containers.runtimes[runtime]?.found > 0) return;
    await sleep(500);
  }
}

async function present(path: string): Promise<void> {
  for (let tries = 300; !existsSync(path); tries--) {
    if (tries === 0) throw new Error(`${path} does not appear`);
    await sleep(200);
  }
}

await prepareContainerd();
const APART = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
aside('dockerd', '--containerd=/run/containerd/containerd.sock', ...APART);
run('loginctl', 'enable-linger', 'tester');
// To connect to a socket of an ordinary user takes the right to write to it, which the unit does not give.
mkdirSync('/etc/systemd/system/saker.service.d');
writeFileSync(
  '/etc/systemd/system/saker.service.d/rootless.conf',
  '[Service]\nCapabilityBoundingSet=CAP_DAC_OVERRIDE\n',
);
run('systemctl', 'daemon-reload');
restartAgent(
  [
    {
      name: 'Command of the image',
      condition: 'container.image.repository endswith acme/tool and proc.args startswith mark',
      output:
        'mark %proc.args type=%container.type label=%container.label[app] privileged=%container.privileged',
    },
    {
      name: 'Command',
      condition: 'container.id != host and proc.args startswith mark',
      output: 'mark %proc.args',
    },
  ],
  SLOW_GUEST_MS,
);
step('saker restarted');

await present('/run/docker.sock');
execFileSync('docker', ['import', '-', 'acme/tool:1.2'], {
  input: execFileSync('tar', ['-C', '/tmp/image/root', '-c', '.'], { maxBuffer: 1 << 26 }),
});
const DOCKER = ['run', '--network', 'none', '--label', 'app=shop'];
run('docker', ...DOCKER, '--rm', '--name', 'web', 'acme/tool:1.2', ...mark('docker'));
run('docker', ...DOCKER, '-d', '--name', 'kept', '--privileged', 'acme/tool:1.2', '/bin/sleep', '1000');
run('docker', 'exec', 'kept', ...mark('docker-exec'));
step('docker');

const PODMAN = ['run', '--network', 'none', '--label', 'app=shop'];
run('podman', 'load', '-i', '/tmp/image/image.tar');
// As Debian installs it: nobody listens, the storage tells name and image.
run('podman', ...PODMAN, '--rm', '--name', 'pweb', IMAGE, ...mark('podman'));
await until('mark podman ', 30);
aside('podman', 'system', 'service', '--time', '0');
run('podman', ...PODMAN, '-d', '--name', 'pkept', '--privileged', IMAGE, '/bin/sleep', '1000');
await followed('podman /run/podman/podman.sock');
run('podman', 'exec', 'pkept', ...mark('podman-exec'));
step('podman');

await present(`${USER_RUN}/bus`);
asUser('podman', 'load', '-i', '/tmp/image/image.tar');
aside(...AS_USER, 'podman', 'system', 'service', '--time', '0');
await present(`${USER_RUN}/podman/podman.sock`);
asUser('podman', ...PODMAN, '-d', '--name', 'ukept', IMAGE, '/bin/sleep', '1000');
asUser('podman', 'exec', 'ukept', ...mark('rootless-exec'));
asUser('podman', ...PODMAN, '--rm', '--name', 'uweb', IMAGE, ...mark('rootless'));
step('rootless podman');

await until('mark rootless ', 30);
await sleep(1500);
leaveResults();
process.exit(0);
