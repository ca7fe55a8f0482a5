import { printable } from '../../base/printable.ts';
import type { InternalMatch } from '../../engine/internal-alert.ts';

export const TAMPER_RULE = 'Saker internal: probes tampered with';

const MAX_TOLD = 20;

/** @param what hooks and maps that somebody else took away or changed */
export function tamperNotice(what: readonly string[], nowMs = Date.now()): InternalMatch {
  const told = what.slice(0, MAX_TOLD).map(printable);
  const more = what.length > MAX_TOLD ? ` and ${what.length - MAX_TOLD} more` : '';
  return {
    rule: TAMPER_RULE,
    priority: 'Critical',
    timeNs: BigInt(nowMs) * 1_000_000n,
    output: `Saker internal: somebody detached or changed what watches: ${told.join(', ')}${more}`,
    fields: { 'probes.tampered': told },
  };
}
