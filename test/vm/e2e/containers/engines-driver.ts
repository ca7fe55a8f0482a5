// Runs in a guest with saker installed: containers of docker and podman, of root and of an ordinary user.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveResults, mark, restartAgent, step, until } from './agent.ts';
import { IMAGE, prepareContainerd, run } from './containerd.ts';

const USER_ID = 1000;
const USER_RUN = `/run/user/${USER_ID}`;

/** As a login shell of that user would have it; podman asks the user's systemd for a scope. */
function asUser(...command: string[]): string {
  const env = [
    `XDG_RUNTIME_DIR=${USER_RUN}`,
    `DBUS_SESSION_BUS_ADDRESS=unix:path=${USER_RUN}/bus`,
    'HOME=/home/tester',
  ];
  return run('runuser', '-u', 'tester', '--', 'env', '-C', '/home/tester', ...env, ...command);
}

async function present(path: string): Promise<void> {
  for (let tries = 300; !existsSync(path); tries--) {
    if (tries === 0) throw new Error(`${path} does not appear`);
    await sleep(200);
  }
}

await prepareContainerd();
spawn(
  'dockerd',
  ['--containerd=/run/containerd/containerd.sock', '--bridge=none', '--iptables=false', '--ip6tables=false'],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  },
).unref();
run('loginctl', 'enable-linger', 'tester');
restartAgent([
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
]);
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
run('podman', ...PODMAN, '--rm', '--name', 'pweb', IMAGE, ...mark('podman'));
run('podman', ...PODMAN, '-d', '--name', 'pkept', '--privileged', IMAGE, '/bin/sleep', '1000');
run('podman', 'exec', 'pkept', ...mark('podman-exec'));
step('podman');

await present(`${USER_RUN}/bus`);
asUser('systemctl', '--user', 'start', 'podman.socket');
asUser('podman', 'load', '-i', '/tmp/image/image.tar');
asUser('podman', ...PODMAN, '-d', '--name', 'ukept', IMAGE, '/bin/sleep', '1000');
asUser('podman', 'exec', 'ukept', ...mark('rootless-exec'));
asUser('podman', ...PODMAN, '--rm', '--name', 'uweb', IMAGE, ...mark('rootless'));
step('rootless podman');

await until('mark rootless ', 30);
await sleep(6000);
leaveResults();
process.exit(0);
