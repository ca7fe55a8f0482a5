// What the drivers in a guest with the agent installed share.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './containerd.ts';

const ALERTS = '/var/log/saker/alerts.json';

const began = performance.now();
/** For the reader of a run that took too long. */
export const step = (name: string): void =>
  console.log(`${Math.round(performance.now() - began)} ms: ${name}`);

/** `mark NAME` is an argument of true, which takes any. */
export const mark = (name: string): [string, ...string[]] => ['/bin/true', 'mark', name];

export interface SampleRule {
  readonly name: string;
  /** Beyond that a program was executed. */
  readonly condition: string;
  readonly output: string;
}

const SETTINGS = 'rule_matching: all\nnoise_control: {preset: off}\n';

/**
 * Above what an answer takes in a slow guest beside others (in one alone the default does), below the 6 s after which a
 * runtime that hangs has been given up.
 */
export const SLOW_GUEST_MS = 4000;

/**
 * Restarts the agent with these rules beside the default ones, and every alert told.
 * @param holdMs `container_engines.hold_ms`; without it the default
 */
export function restartAgent(rules: readonly SampleRule[], holdMs?: number): void {
  const whole = rules.map(({ name, condition, output }) => ({
    rule: name,
    desc: name,
    condition: `evt.type in (execve, execveat) and evt.res = SUCCESS and ${condition}`,
    output,
    priority: 'NOTICE',
  }));
  writeFileSync('/etc/saker/rules.d/containers.yaml', JSON.stringify(whole));
  const hold = holdMs === undefined ? '' : `container_engines: {hold_ms: ${holdMs}}\n`;
  writeFileSync('/etc/saker/config.d/containers.yaml', SETTINGS + hold);
  run('systemctl', 'restart', 'saker');
}

/** Waits for a text among the alerts; the test tells when it is not there. */
export async function until(text: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!readFileSync(ALERTS, 'latin1').includes(text) && performance.now() < end) await sleep(200);
}

/** Leaves what the test judges in /out, and stops the agent. */
export function leaveResults(): void {
  copyFileSync(ALERTS, '/out/alerts.json');
  writeFileSync('/out/status.json', run('saker', 'status', '--json'));
  writeFileSync('/out/status', run('saker', 'status'));
  writeFileSync('/out/log', run('journalctl', '-u', 'saker', '--no-pager'));
  run('systemctl', 'stop', 'saker');
}
