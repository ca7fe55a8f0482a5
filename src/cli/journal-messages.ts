import { execFile } from 'node:child_process';

/** A journal on a slow disk is not waited for. */
const PATIENCE_MS = 5000;
const MAX_BYTES = 4 << 20;

/**
 * The agent's own last messages, without alerts: those have a rule. A line each, with its time.
 * @returns one line that says so when the journal cannot be read
 */
export function lastMessages(count: number): Promise<string[]> {
  const args = ['--unit=saker.service', '--output=json', '--no-pager', '--quiet', `--lines=${count}`];
  return new Promise((resolve) => {
    execFile('journalctl', args, { timeout: PATIENCE_MS, maxBuffer: MAX_BYTES }, (error, out) => {
      const lines = out.split('\n').flatMap(messageOf);
      resolve(
        error === null ? lines : [...lines, `the journal cannot be read: ${error.message.split('\n')[0]}`],
      );
    });
  });
}

function messageOf(line: string): string[] {
  try {
    const { MESSAGE: text, SAKER_RULE: rule, __REALTIME_TIMESTAMP: micros } = JSON.parse(line);
    if (rule !== undefined || typeof text !== 'string' || !/^\d{1,16}$/.test(String(micros))) return [];
    return [`${new Date(Number(micros) / 1000).toISOString()} ${text}`];
  } catch {
    return [];
  }
}
