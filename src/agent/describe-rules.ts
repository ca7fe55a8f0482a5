import type { RulesCheck } from '../engine/messages.ts';
import type { Log } from './log.ts';

/**
 * What the agent does now, in a line. A rule that can never match must not look like one that finds nothing.
 * @param carried event types that somebody reports
 */
export function describeRules(
  { rules, named }: Pick<RulesCheck, 'rules' | 'named'>,
  carried: ReadonlySet<string>,
  log: Pick<Log, 'warning'>,
): string {
  const blind = [...named].filter(([type]) => !carried.has(type));
  if (blind.length > 0) {
    const types = blind.map(([type, count]) => `${type} (${count} rules)`).join(', ');
    log.warning(`rules name events that saker does not see and stay silent on them: ${types}`);
  }
  if (rules === 0) log.warning('no rules are loaded: nothing will be reported');
  return `watching with ${rules} rules`;
}
