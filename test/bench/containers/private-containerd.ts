import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeImage } from '../../unit/containers/oci-image.ts';

export const IMAGE = 'docker.io/acme/tool:1.2';

/** A containerd of this run alone, with `IMAGE`: busybox as true and sleep. */
export interface PrivateContainerd {
  readonly socketPath: string;
  /** Where it keeps bundles. */
  readonly stateDir: string;
  stop(): Promise<void>;
}

/** Programs it takes, in Debian's packages containerd, runc and busybox-static. */
const PROGRAMS = ['containerd', 'ctr', 'runc', 'busybox'];

export function findProgram(name: string): string {
  const found = [...(process.env.PATH ?? '').split(':'), '/usr/sbin']
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${name} is missing; needed are ${PROGRAMS.join(', ')}, and root's rights`);
  return found;
}

export async function startPrivateContainerd(): Promise<PrivateContainerd> {
  for (const name of PROGRAMS) findProgram(name);
  const dir = mkdtempSync(join(tmpdir(), 'saker-containerd-'));
  const [socketPath, stateDir] = [join(dir, 'c.sock'), join(dir, 'state')];
  writeFileSync(
    join(dir, 'config.toml'),
    `version = 2
root = "${dir}/root"
state = "${stateDir}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socketPath}"
[ttrpc]
  address = "${socketPath}.ttrpc"
`,
  );
  const daemon = spawn('containerd', ['-c', join(dir, 'config.toml')], { stdio: 'ignore' });
  process.once('exit', () => daemon.kill()); // also when the run fails
  const ctr = (...args: string[]): void =>
    void execFileSync('ctr', ['-a', socketPath, ...args], { stdio: 'pipe' });
  await answers(() => ctr('version'));
  ctr('images', 'import', makeImage(dir));
  return { socketPath, stateDir, stop: () => end(daemon, dir) };
}

async function answers(ask: () => void): Promise<void> {
  for (let tries = 100; ; tries--) {
    try {
      ask();
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(100);
    }
  }
}

function makeImage(dir: string): string {
  const root = join(dir, 'image');
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(findProgram('busybox'), join(root, 'bin/busybox'));
  for (const name of ['sleep', 'true']) symlinkSync('busybox', join(root, 'bin', name));
  writeImage(dir, IMAGE, execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 1 << 26 }), ['/bin/true']);
  return join(dir, 'image.tar');
}

async function end(daemon: ChildProcess, dir: string): Promise<void> {
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await ended;
  rmSync(dir, { recursive: true, force: true });
}
