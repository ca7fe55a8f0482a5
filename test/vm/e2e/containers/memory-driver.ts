// Runs in a guest with saker installed: how much memory the agent takes for containers that it knows.

import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartAgent, step } from './agent.ts';
import { IMAGE, prepareContainerd, run, SOCKET, startContainerd } from './containerd.ts';
import { DirectContainers } from './direct.ts';

const KNOWN = Number(process.argv[2]);
const AT_ONCE = 8;
/** Until what a start or a burst of look-ups left has been collected. */
const SETTLE_MS = 10_000;

/** kB, proc_pid_status(5). */
function resident(): number {
  const pid = run('systemctl', 'show', 'saker', '-p', 'MainPID', '--value').trim();
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

await prepareContainerd();
const template = await new DirectContainers(SOCKET, 'crun').template(IMAGE);
run('pkill', '-x', 'containerd');
restartAgent([]);
await sleep(SETTLE_MS);
const beforeKb = resident();
step('the agent without containers');

await startContainerd();
const direct = new DirectContainers(SOCKET, 'crun');
let next = 0;
async function work(): Promise<void> {
  for (let at = next++; at < KNOWN; at = next++) await direct.create(template, `known${at}`, ['/bin/true']);
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
step(`${KNOWN} containers`);
const known = (): number => JSON.parse(run('saker', 'status', '--json')).containers.known;
while (known() < KNOWN) await sleep(500);
await sleep(SETTLE_MS);
writeFileSync('/out/memory.json', JSON.stringify({ known: known(), beforeKb, afterKb: resident() }));
process.exit(0);
