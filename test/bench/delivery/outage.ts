import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDelivery } from '../../../src/delivery/index.ts';
import { alert } from '../../unit/delivery/alerts.ts';
import { rssMib } from './file.ts';
import { options } from './options.ts';

const CAPACITY = 32_768;
/** Longest wait between attempts is a minute; then the backlog has to go out. */
const PATIENCE_MS = 10 * 60_000;
const TICK_MS = 100;
const NO_TLS = { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' };
/** With this the body has the size of an alert of the default rules. */
const FILLER = 'x'.repeat(700);

/**
 * A real server is killed, comes back after `seconds`, and must then have every alert in order. The waits between
 * attempts are those of the agent. False when something is missing.
 */
export async function measureOutage(seconds: number, rate: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'saker-outage-'));
  const [port, seen] = [await freePort(), join(folder, 'seen')];
  const http = {
    ...{ url: `http://127.0.0.1:${port}/`, userAgent: 'saker', headers: {}, tls: NO_TLS, json: true },
    ...{ echo: false, compress: false, keepAlive: true, maxConsecutiveTimeouts: 5 },
  };
  const spool = { folder: join(folder, 'spool'), maxBytes: 256 << 20, maxAgeMs: 0, syncMs: 1000 };
  const delivery = createDelivery({ ...options(CAPACITY), http, spool }, () => -2, process.pid);
  let written = 0;
  const write = (count: number): void => {
    for (let i = 0; i < count; i++, written++)
      delivery.write(alert({ json: `{"n":${written},"x":"${FILLER}"}` }));
  };
  let server = await serve(port, seen);
  write(1000);
  await delivery.flush(PATIENCE_MS);
  kill(server);
  const rss = [rssMib()];
  const away = performance.now();
  for (let done = 0; performance.now() - away < seconds * 1000; ) {
    const due = Math.floor(((performance.now() - away) / 1000) * rate);
    write(due - done);
    done = due;
    await sleep(TICK_MS);
  }
  rss.push(rssMib());
  const [{ spool: held, retries } = {}] = delivery.stats();
  server = await serve(port, seen);
  const back = performance.now();
  await delivery.flush(PATIENCE_MS);
  const tookS = (performance.now() - back) / 1000;
  rss.push(rssMib());
  const [{ dropped } = {}] = delivery.stats();
  await delivery.close(PATIENCE_MS);
  kill(server);
  const numbers = readFileSync(seen, 'utf8').split('\n').slice(0, -1).map(Number);
  rmSync(folder, { recursive: true });
  const first = [...new Set(numbers)];
  const ordered = first.length === written && first.every((n, i) => n === i);
  console.log(
    `outage of ${seconds} s: ${written} alerts written, ${first.length} arrived${ordered ? ' in order' : ', OUT OF ORDER OR MISSING'}, ` +
      `${numbers.length - first.length} twice, ${dropped} dropped; ${retries} attempts meanwhile, ` +
      `${held?.records} alerts (${((held?.bytes ?? 0) / (1 << 20)).toFixed(1)} MiB) on the disk at its end, all delivered ${tookS.toFixed(1)} s later; ` +
      `RSS before, at its end, after: ${rss.join(', ')} MiB`,
  );
  return ordered && dropped === 0;
}

/** In a process of its own: its memory is not ours, and it can be killed. */
async function serve(port: number, seen: string): Promise<ChildProcess> {
  const script = new URL('./server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--no-warnings', script, String(port), seen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
