/**
 * What of the rules can be decided in the kernel, before an event is worth a record. Comes after the check of conditions;
 * the engine calls it once for each load, `saker rules --plan` shows it.
 *
 *   guardOpens(conditions)   → cases that cover every open some rule may match
 *   describeOpens(condition) → the same of one rule, with what keeps it from being narrower
 */
import type { OpenGuard } from '../../schema/open-guard.ts';
import type { Checked } from '../condition/checked.ts';
import { casesOf } from './opens.ts';

export { describeOpens, type PlannedOpens } from './describe.ts';
export { OPEN_TYPES } from './open-kinds.ts';

/** @param conditions of the rules that look at opens */
export function guardOpens(conditions: readonly Checked[]): OpenGuard {
  return conditions.flatMap(casesOf);
}
