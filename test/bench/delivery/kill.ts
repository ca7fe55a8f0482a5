import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest life of a writer, and of one that delivers, after it has begun. */
const WRITE_MS = 200;
const DELIVER_MS = 60;

export interface KillResult {
  readonly kills: number;
  /** Alerts that a writer said were spooled, before it was killed. */
  readonly spooled: number;
  readonly lost: number;
  readonly damaged: number;
  readonly twice: number;
  /** Whether their first arrivals were in the order in which they were written. */
  readonly ordered: boolean;
}

/**
 * Processes with an HTTP output are ended by SIGKILL at random moments: in turn one that writes alerts while the server
 * is away, and one that delivers them. At the end one may finish.
 */
export async function killAgain(rounds: number): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'saker-kill-'));
  const seen: number[] = [];
  let damaged = 0;
  let onSeen: () => void = () => {};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { n, filler, digest } = JSON.parse(body);
    if (digest === createHash('sha256').update(`${n}${filler}`).digest('hex')) seen.push(n);
    else damaged++;
    onSeen();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  let [kills, safe] = [0, -1];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) safe = Math.max(safe, await writeAndKill(folder, safe + 1));
    else {
      const child = start(folder, url, 'deliver', 0);
      const begun = new Promise<void>((resolve) => {
        onSeen = resolve;
      });
      await Promise.race([begun, once(child, 'close')]);
      await killAfter(child, Math.random() * DELIVER_MS);
    }
    kills++;
  }
  const last = start(folder, url, 'finish', 0);
  await once(last, 'close');
  server.close();
  rmSync(folder, { recursive: true });
  const first = [...new Set(seen)];
  const arrived = new Set(seen);
  let lost = 0;
  for (let n = 0; n <= safe; n++) if (!arrived.has(n)) lost++;
  const ordered = first.every((n, i) => i === 0 || n > first[i - 1]!);
  return { kills, spooled: safe + 1, lost, damaged, twice: seen.length - first.length, ordered };
}

/** The last number that it told to be spooled. Numbers after it may be spooled as well, so the next writer goes on far behind. */
async function writeAndKill(folder: string, from: number): Promise<number> {
  // Port 9 of the loopback: nobody listens there.
  const child = start(folder, 'http://127.0.0.1:9/', 'write', from);
  let told = '';
  child.stdout?.on('data', (text: Buffer) => {
    told += text;
  });
  await Promise.race([once(child.stdout!, 'data'), once(child, 'close')]);
  await killAfter(child, Math.random() * WRITE_MS);
  return Number(told.split('\n').at(-2) ?? from - 1);
}

function start(folder: string, url: string, mode: string, from: number): ChildProcess {
  const script = new URL('./kill-child.ts', import.meta.url).pathname;
  return spawn(process.execPath, ['--no-warnings', script, folder, url, mode, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function killAfter(child: ChildProcess, ms: number): Promise<void> {
  const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : null;
  await sleep(ms);
  child.kill('SIGKILL');
  await closed;
}

export async function measureKills(rounds: number): Promise<boolean> {
  const { kills, spooled, lost, damaged, twice, ordered } = await killAgain(rounds);
  console.log(
    `kill -9 at ${kills} random moments: ${spooled} alerts spooled, ${lost} lost, ${damaged} damaged, ` +
      `${twice} delivered twice, ${ordered ? 'in order' : 'OUT OF ORDER'}`,
  );
  return lost === 0 && damaged === 0 && ordered;
}
