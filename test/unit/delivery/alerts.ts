import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../../../src/base/alert.ts';

/** An alert with harmless content; tests change what they are about. */
export function alert(more: Partial<Alert> = {}): Alert {
  return {
    rule: 'Read sensitive file',
    priority: 'Warning',
    priorityNumber: 4,
    timeNs: 1_700_000_000_123_456_789n,
    source: 'syscall',
    hostname: 'h1',
    tags: ['filesystem', 'T1003'],
    output: 'Sensitive file read (file=/etc/shadow)',
    fields: { 'proc.name': 'cat', 'fd.name': '/etc/shadow', 'proc.pid': 42, 'fd.typechar': null },
    json: '{"rule":"Read sensitive file"}',
    text: '22:13:20.123456789: Warning Sensitive file read (file=/etc/shadow)',
    ...more,
  };
}

/** Alerts that differ in a number, for order and loss. */
export function numbered(count: number): Alert[] {
  return Array.from({ length: count }, (_, n) =>
    alert({ json: `{"n":${n}}`, text: `n=${n}`, output: `n=${n}` }),
  );
}

/** Waits for what another process or thread brings about; never a fixed time, machines differ. */
export async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(5);
}
