import { printable } from '../../base/printable.ts';
import type { InternalMatch } from '../../engine/internal-alert.ts';
import type { ProcessFacts, ProcFs } from '../../host/index.ts';

export const STOP_RULE = 'Saker internal: agent stops';

const UNIT = /^saker(\.service)?$/;
const MAX_ASKERS = 5;
const MAX_ARGS = 200;
const NO_LOGIN = 0xffffffff;

/**
 * Who ends the agent, as far as that can be known: the signal's sender; and when that is the service manager, which
 * acts for others, the systemctl processes that wait for it at this moment and name the service.
 * @param sender of the signal; 0: the kernel or a process of another pid namespace; negative: not known
 */
export function describeStop(signal: string, sender: number, proc: Pick<ProcFs, 'pids' | 'process'>): string {
  if (sender < 0) return signal;
  const facts = sender === 0 ? null : proc.process(sender);
  const by =
    sender === 0 ? 'the kernel, or from outside' : facts === null ? `process ${sender}` : name(facts);
  const asked = sender === 1 ? askers(proc) : [];
  return printable(
    `${signal} from ${by}${asked.length > 0 ? `, asked by ${asked.map(name).join(' and ')}` : ''}`,
  );
}

function askers(proc: Pick<ProcFs, 'pids' | 'process'>): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  for (const pid of proc.pids()) {
    const facts = proc.process(pid);
    if (facts?.comm === 'systemctl' && facts.args.some((arg) => UNIT.test(arg))) found.push(facts);
    if (found.length === MAX_ASKERS) break;
  }
  return found;
}

function name({ pid, comm, ppid, uid, loginuid, args }: ProcessFacts): string {
  const login = loginuid === NO_LOGIN ? '' : `, login uid ${loginuid}`;
  const command = args.join(' ').slice(0, MAX_ARGS) || comm;
  return `process ${pid} (${command}; uid ${uid ?? '?'}${login}, child of ${ppid})`;
}

export function stopNotice(reason: string, nowMs = Date.now()): InternalMatch {
  return {
    rule: STOP_RULE,
    priority: 'Notice',
    timeNs: BigInt(nowMs) * 1_000_000n,
    output: `Saker internal: the agent stops and nobody watches: ${reason}`,
    fields: { 'stop.reason': reason },
  };
}
