import type { Alert } from '../base/alert.ts';
import { type LoadedRule, loadRules } from '../rules/index.ts';
import { CANARY_PATH, CANARY_RULE } from './messages.ts';

/**
 * The agent's own rule, compiled and evaluated with those of the user, as their first: an open of the canary's path
 * by the agent itself.
 */
export function canaryRule(): LoadedRule {
  const content = `
- rule: ${CANARY_RULE}
  desc: an event of the agent came through
  condition: evt.type in (open, openat, openat2) and proc.pid = ${process.pid} and fd.name = ${CANARY_PATH}
  output: an event of the agent came through
  priority: Debug
`;
  const [rule] = loadRules([{ name: CANARY_RULE, content }]).active;
  if (rule === undefined) throw new Error("the canary's rule does not load");
  return rule;
}

/** What its match becomes: nobody reads it, and it comes every few seconds, so it is not put into words. */
export function canaryAlert(timeNs: bigint): Alert {
  return {
    ...{ rule: CANARY_RULE, source: 'internal', priority: 'Debug', priorityNumber: 7, timeNs },
    ...{ hostname: '', tags: [], output: '', fields: {}, json: '', text: '' },
  };
}
