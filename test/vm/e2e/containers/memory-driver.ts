// Runs in a guest with saker installed: how much memory the agent takes for containers that it knows.

import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartAgent, step } from './agent.ts';
import { IMAGE, prepareContainerd, run, SOCKET, startContainerd } from './containerd.ts';
import { DirectContainers } from './direct.ts';

const KNOWN = Number(process.argv[2]);
const AT_ONCE = 8;
/** What a start or a burst of look-ups left is collected by and by: memory has settled when it stays for as long. */
const LOOK_MS = 5000;
const LOOKS = 6;
const STEADY_KB = 512;
const MAX_LOOKS = 36;

/** kB, proc_pid_status(5). */
function resident(): number {
  const pid = run('systemctl', 'show', 'saker', '-p', 'MainPID', '--value').trim();
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** kB, once no look differs much from the one before; after the longest wait whatever it is. */
async function settled(): Promise<number> {
  let last = resident();
  for (let looks = 0, steady = 0; looks < MAX_LOOKS && steady < LOOKS; looks++) {
    await sleep(LOOK_MS);
    const now = resident();
    steady = Math.abs(now - last) <= STEADY_KB ? steady + 1 : 0;
    last = now;
  }
  step(`${last} kB`);
  return last;
}

await prepareContainerd();
const template = await new DirectContainers(SOCKET, 'crun').template(IMAGE);
run('pkill', '-x', 'containerd');
restartAgent([]);
const beforeKb = await settled();
step('the agent without containers');

await startContainerd();
const told = () => JSON.parse(run('saker', 'status', '--json')).containers;
// Containers without a process are told when they are made, and not listed afterwards.
while (!told().runtimes[`containerd ${SOCKET}`]?.connects) await sleep(500);
const direct = new DirectContainers(SOCKET, 'crun');
let next = 0;
async function work(): Promise<void> {
  for (let at = next++; at < KNOWN; at = next++) await direct.create(template, `known${at}`, ['/bin/true']);
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
step(`${KNOWN} containers`);
for (let tries = 120; told().known < KNOWN; tries--) {
  if (tries === 0)
    throw new Error(`${JSON.stringify(told())}\n${run('journalctl', '-u', 'saker', '--no-pager')}`);
  await sleep(500);
}
const afterKb = await settled();
writeFileSync('/out/memory.json', JSON.stringify({ known: told().known, beforeKb, afterKb }));
process.exit(0);
