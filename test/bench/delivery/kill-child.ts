/** Writes numbered alerts to an HTTP output, delivers what is spooled, or delivers all and ends. For kill.ts. */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDelivery } from '../../../src/delivery/index.ts';
import { alert } from '../../unit/delivery/alerts.ts';
import { options } from './options.ts';

const [folder = '', url = '', mode = '', from = '0'] = process.argv.slice(2);
const NO_TLS = { insecure: false, caCert: '', caBundle: '', caPath: '', clientCert: '', clientKey: '' };
const http = {
  ...{ url, userAgent: 'saker', headers: {}, tls: NO_TLS, json: true },
  ...{ echo: false, compress: false, keepAlive: true, maxConsecutiveTimeouts: 5 },
};
const spool = { folder, maxBytes: 256 << 20, maxAgeMs: 0, syncMs: 1000 };
const delivery = createDelivery({ ...options(8192), onState: () => {}, http, spool }, () => -2, process.pid);
const records = (): number => delivery.stats()[0]?.spool?.records ?? 0;
const CHUNK = 20;
const LAST = 1_000_000_000;

function numbered(n: number) {
  const filler = 'x'.repeat((n * 7919) % 3000);
  const digest = createHash('sha256').update(`${n}${filler}`).digest('hex');
  return alert({ json: JSON.stringify({ n, filler, digest }) });
}

if (mode === 'write') {
  // Nothing is delivered here, so what is spooled only grows; the first one tells that the spool is open.
  let n = Number(from);
  delivery.write(numbered(n++));
  while (records() === 0) await sleep(1);
  await sleep(20);
  for (;;) {
    const before = records();
    for (const end = n + CHUNK; n < end; n++) delivery.write(numbered(n));
    while (records() < before + CHUNK) await sleep(1);
    // One less: the first alert may have come after `before` was read.
    writeSync(1, `${n - 2}\n`);
  }
} else if (mode === 'finish') {
  // One more behind all others: the flush waits for it, and it for the spool to be open.
  delivery.write(numbered(LAST));
  await delivery.flush(60_000);
  await delivery.close(60_000);
} else setInterval(() => {}, 1000);
