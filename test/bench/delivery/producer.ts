/**
 * The engine's end of the way, on a thread of its own: builds alerts as it does after a match and posts them to the
 * main thread in the batches it would have between pauses of the ring. Every alert holds its number.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type AlertFormat, buildAlert } from '../../../src/alerts/index.ts';
import type { FromEngine } from '../../../src/engine/messages.ts';
import { pauseMs } from '../../../src/ring/index.ts';

const { rate, count } = workerData as { rate: number; count: number };

const FORMAT: AlertFormat = {
  hostname: 'host.example',
  timeFormatIso8601: false,
  includeOutput: true,
  includeMessage: false,
  includeOutputFields: true,
  includeTags: true,
};

const START_NS = BigInt(Date.now()) * 1_000_000n;

/** The size and fields of an alert of the default rules. */
function alertOf(n: number) {
  const cmdline = `tail -n ${n} /etc/shadow`;
  const output = `Credential file read by an untrusted program (file=/etc/shadow program=tail command=${cmdline} user=root parent=bash container_id=host)`;
  return buildAlert(
    {
      rule: 'Credential file read by an untrusted program',
      priority: 'Warning',
      priorityNumber: 4,
      source: 'syscall',
      tags: ['T1003', 'filesystem', 'host', 'maturity_stable'],
      timeNs: START_NS + BigInt(n),
      output,
      rawOutput: output,
      fields: {
        'fd.name': '/etc/shadow',
        'proc.name': 'tail',
        'proc.cmdline': cmdline,
        'proc.pid': BigInt(n),
        'user.name': 'root',
        'proc.pname': 'bash',
        'container.id': 'host',
        'container.name': null,
      },
    },
    FORMAT,
  );
}

const begin = performance.now();
let made = 0;
const timer = setInterval(() => {
  const due = Math.min(count, Math.floor(((performance.now() - begin) / 1000) * rate));
  const alerts = [];
  while (made < due) alerts.push(alertOf(made++));
  if (alerts.length > 0) parentPort?.postMessage({ kind: 'alerts', alerts } satisfies FromEngine);
  if (made === count) clearInterval(timer);
}, pauseMs(rate));
