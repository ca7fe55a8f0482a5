// Runs one command in one throw-away guest. Used by end-to-end tests, by `npm start` and by test/vm/run.
//
//   host                          guest
//   disk "in"  (tar) ───────────▶ /in, and .guest/ with the command and packages
//   stdout     ◀──────── ttyS1 ── the command's output
//   status     ◀──────── ttyS2 ── ready, exit N
//   disk "out" (tar) ◀─────────── /out

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KernelSeries, prepareGuest } from './cache.ts';
import { builtPackages, readOutDisk, writeInDisk, writeOutDisk } from './job.ts';
import { qemuArguments } from './qemu.ts';

/** Exit code when the guest gave none of its own. */
export const harnessFailure = 125;

export interface GuestJob {
  kernel: KernelSeries;
  /** For bash, as root, in the folder /in. */
  command: string;
  /** Install the newest build/packages/*.deb before the command. */
  install?: boolean;
  /** Further .deb files to install, in one call of dpkg with those. */
  packages?: string[];
  /** No systemd; boots in about half the time. */
  mini?: boolean;
  /** One processor whose clock advances 1 ns per instruction. */
  icount?: boolean;
  /** Folders whose content is merged into /in. */
  inDirs?: string[];
  /** Folder that receives the content of /out. */
  outDir?: string;
  /** Of makeDataDisk: a disk of serial saker-data that outlives the guest, whatever ends it. */
  dataDisk?: string;
  /** Whole life of the guest, boot included; default 300. */
  timeoutS?: number;
  memoryMib?: number;
  /** More kernel parameters. */
  append?: string;
  /** Called with stdout and stderr of the command as they come. */
  onOutput?: (chunk: Buffer) => void;
  /** Ends the guest as a power cut does. */
  signal?: AbortSignal;
}

export interface GuestResult {
  /** Exit code of the command, or 125 with `failure` telling why there is none. */
  code: number;
  failure?: string;
  stdout: string;
  /** Kernel messages and what else went to the console. */
  console: string;
  /** Seconds: of the guest's clock until the agent ran, and until the command had ended; of the host in all. */
  times: { readyS?: number; endS?: number; totalS: number };
}

/** Some guest of a whole test run in a few meets it; one that does three times in a row has another fault. */
const TRIES = 3;

/**
 * True when the emulator has failed, not what ran in it: qemu 7.2 now and then executes an int3 of the kernel's code
 * patching once more when the kernel has already put the new instruction in its place, which the kernel cannot explain
 * (Red Hat bug 2216496).
 */
export function metStaleInt3(console: string): boolean {
  return /\bint3: 0000 \[#\d+\]/.test(console);
}

/** Resolves also when the guest fails (code 125); rejects when it cannot be started at all. */
export async function runInGuest(job: GuestJob): Promise<GuestResult> {
  let result = await runOnce(job);
  for (let tries = TRIES - 1; tries > 0 && metStaleInt3(result.console) && !job.signal?.aborted; tries--) {
    process.stderr.write(`the emulator ran a stale int3 on ${job.kernel}: the guest is started again\n`);
    result = await runOnce(job);
  }
  return result;
}

async function runOnce(job: GuestJob): Promise<GuestResult> {
  const disks = await prepareGuest(job.kernel, job.signal);
  const workDir = mkdtempSync(join(tmpdir(), 'saker-guest-'));
  try {
    const [inDisk, outDisk] = [join(workDir, 'in.tar'), join(workDir, 'out.tar')];
    const [consoleFile, statusFile] = [join(workDir, 'console'), join(workDir, 'status')];
    const { command, inDirs = [], outDir } = job;
    const packages = [...(job.install ? builtPackages() : []), ...(job.packages ?? [])];
    await writeInDisk(inDisk, { command, packages, inDirs, workDir, wantsOut: outDir !== undefined });
    writeOutDisk(outDisk);
    const qemu = await runQemu(
      qemuArguments({
        ...{ disks, inDisk, outDisk, consoleFile, statusFile },
        mini: job.mini ?? false,
        icount: job.icount ?? false,
        memoryMib: job.memoryMib ?? 2048,
        dataDisk: job.dataDisk,
        append: job.append ?? '',
      }),
      job,
    );
    const status = readStatus(readIfThere(statusFile));
    if (status.code !== undefined && outDir !== undefined) await readOutDisk(outDisk, outDir);
    const failure = status.code === undefined ? (status.failure ?? qemu.failure) : undefined;
    return {
      code: status.code ?? harnessFailure,
      ...(failure === undefined ? {} : { failure }),
      stdout: qemu.stdout,
      console: readIfThere(consoleFile),
      times: { ...status.times, totalS: qemu.totalS },
    };
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Lines of guest-agent: "ready UPTIME", "exit CODE UPTIME", "install-failed UPTIME". */
function readStatus(text: string) {
  const ready = /^ready ([\d.]+)/m.exec(text);
  const exit = /^exit (\d+) ([\d.]+)/m.exec(text);
  return {
    code: exit ? Number(exit[1]) : undefined,
    failure: /^install-failed/m.test(text)
      ? 'the packages could not be installed, see the output'
      : undefined,
    times: {
      ...(ready ? { readyS: Number(ready[1]) } : {}),
      ...(exit ? { endS: Number(exit[2]) } : {}),
    },
  };
}

/** Runs qemu until the guest powers off, the time is up or the job is aborted. */
async function runQemu(args: string[], job: GuestJob) {
  job.signal?.throwIfAborted();
  const timeoutS = job.timeoutS ?? 300;
  const started = performance.now();
  // setpriv: qemu dies with this process even if that is killed and can do nothing more.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let failure = 'the guest stopped without a status';
  const end = (reason: string): void => {
    failure = reason;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(end, timeoutS * 1000, `the guest was ended after ${timeoutS} s`);
  const abort = (): void => end('the guest was ended on request');
  job.signal?.addEventListener('abort', abort, { once: true });
  try {
    const { stdout, stderr } = await collect(child, job.onOutput);
    if (stderr !== '') failure += ` (qemu: ${stderr.trim()})`;
    return { stdout, failure, totalS: (performance.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    job.signal?.removeEventListener('abort', abort);
  }
}

function collect(child: ChildProcess, onOutput?: (chunk: Buffer) => void) {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    onOutput?.(chunk);
  });
  child.stderr!.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise<{ stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () =>
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
