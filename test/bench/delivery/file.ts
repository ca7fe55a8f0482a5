import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { createDelivery } from '../../../src/delivery/index.ts';
import type { FromEngine } from '../../../src/engine/messages.ts';
import { options } from './options.ts';

/** The shipped bound of an output's queue. */
const CAPACITY = 32_768;
const MINUTE_MS = 60_000;

/** Engine's thread → main thread → file, each alert looked for in the file. False when one is missing. */
export async function measureFile(rate: number, seconds: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'saker-bench-'));
  const filename = join(folder, 'alerts.json');
  const file = { filename, json: true, keepAlive: true, fsync: 'second' } as const;
  const delivery = createDelivery({ ...options(CAPACITY), file }, () => -2, process.pid);
  const count = rate * seconds;
  const producer = new Worker(new URL('./producer.ts', import.meta.url), { workerData: { rate, count } });
  let [received, most] = [0, 0];
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await new Promise<void>((resolve) => {
    producer.on('message', ({ alerts }: Extract<FromEngine, { kind: 'alerts' }>) => {
      for (const alert of alerts) delivery.write(alert);
      received += alerts.length;
      most = Math.max(most, delivery.stats()[0]?.queued ?? 0);
      if (received === count) resolve();
    });
  });
  await delivery.flush(MINUTE_MS);
  const tookS = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const [stats] = delivery.stats();
  await delivery.close(MINUTE_MS);
  const missing = await missingIn(filename, count);
  rmSync(folder, { recursive: true });
  console.log(
    `file: ${(count / tookS).toFixed(0)} alerts/s for ${tookS.toFixed(1)} s (${rate}/s wanted), lost ${missing}, ` +
      `dropped ${stats?.dropped}, at most ${most} of ${CAPACITY} waiting, ` +
      `processor ${((user + system) / 1e4 / tookS).toFixed(0)} % of one (both threads), RSS ${rssMib()} MiB`,
  );
  return missing === 0;
}

export function rssMib(): string {
  return (process.memoryUsage.rss() / (1 << 20)).toFixed(0);
}

/** Lines that are not where they belong: each must be whole JSON with the next number. */
async function missingIn(filename: string, count: number): Promise<number> {
  let whole = 0;
  for await (const line of createInterface({ input: createReadStream(filename) }))
    if (JSON.parse(line).output_fields['proc.pid'] === whole) whole++;
  return count - whole;
}
