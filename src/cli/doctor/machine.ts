import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import { type Finding, reporter, some } from './finding.ts';

/** systemd may be busy, or be no init at all. */
const PATIENCE_MS = 3000;
/** Nobody runs saker before it was written: the clock is wrong. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

// Names of processes (comm(5) has 15 characters) of agents that watch the same things.
const OTHERS = [
  'auditd',
  'falco',
  'tetragon',
  'tracee',
  'osqueryd',
  'wazuh-agentd',
  'sysmon',
  'elastic-endpoin',
  'falcon-sensor',
  'laurel',
  'go-audit',
];

/** What systemd says of the unit: the wanted properties, or null without systemd. */
export type ShowUnit = (properties: readonly string[]) => Promise<Readonly<Record<string, string>> | null>;

const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'NRestarts',
  'UnitFileState',
  'LogRateLimitIntervalUSec',
];

export async function checkService(config: Config | null, show: ShowUnit = showUnit): Promise<Finding[]> {
  const { found, ok, info, warn, fail } = reporter('service');
  const unit = await show(PROPERTIES);
  if (unit === null) {
    info('systemd does not answer here');
    return found;
  }
  if (unit.LoadState !== 'loaded') {
    info('there is no saker.service: saker was not installed by its package');
    return found;
  }
  const state = `${unit.ActiveState} (${unit.SubState})`;
  if (unit.ActiveState === 'failed')
    fail(`saker.service has failed: ${unit.Result}`, 'see journalctl -u saker; systemctl restart saker');
  else if (unit.ActiveState !== 'active') fail(`saker.service is ${state}`, 'systemctl start saker');
  else ok(`saker.service is ${state}`);
  const restarts = Number(unit.NRestarts ?? 0);
  if (restarts > 0) warn(`it was started again ${restarts} times after a failure`, 'see journalctl -u saker');
  if (unit.UnitFileState === 'disabled') warn('it does not start with the machine', 'systemctl enable saker');
  const limit = unit.LogRateLimitIntervalUSec;
  // systemd.exec(5): 0 is no limit; without it journald.conf(5)'s RateLimitBurst= holds.
  if (config?.journal_output.enabled && limit !== undefined && limit !== '0')
    warn(
      `the journal may drop alerts of a burst (LogRateLimitIntervalSec=${limit})`,
      'set LogRateLimitIntervalSec=0 for saker.service (systemctl edit saker)',
    );
  if (config?.journal_output.enabled && !existsSync('/var/log/journal'))
    info('the journal is in memory: alerts in it end with the next boot (journald.conf, Storage=persistent)');
  return found;
}

function showUnit(properties: readonly string[]): Promise<Readonly<Record<string, string>> | null> {
  const args = ['show', 'saker.service', `--property=${properties.join(',')}`];
  return new Promise((resolve) => {
    execFile('systemctl', args, { timeout: PATIENCE_MS }, (error, out) => {
      if (error !== null) resolve(null);
      else resolve(Object.fromEntries(out.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2))));
    });
  });
}

/** The clock, and who else watches. @param root prefix of /proc and /run */
export function checkMachine(root = '/', nowMs = Date.now()): Finding[] {
  const { found, ok, info, fail } = reporter('machine');
  if (nowMs < EARLIEST_MS)
    fail(
      `the clock says ${new Date(nowMs).toISOString()}`,
      'set it, and let it be synchronised: alerts carry wrong times',
    );
  // systemd-timesyncd(8) and chrony's unit touch it.
  else if (existsSync(join(root, 'run/systemd/timesync/synchronized'))) ok('the clock is synchronised');
  else info('systemd-timesyncd has not synchronised the clock; something else may have');
  const others = new Set(processNames(root).filter((name) => OTHERS.includes(name)));
  if (others.size > 0)
    info(`also watching this host: ${some([...others])}`, 'both cost time; neither disturbs the other');
  return found;
}

function processNames(root: string): string[] {
  const folder = join(root, 'proc');
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join(folder, pid, 'comm'), 'utf8').trim()];
      } catch {
        // It ended.
        return [];
      }
    });
}
