import { cut, MAX_OUTPUT, type Match } from './build.ts';

/**
 * Summaries are alerts of the same rule, with the same fields: whoever reads, routes or counts alerts needs nothing new
 * for them. What they add stands at the end of the text and in fields of their own.
 */

/** @param count repeats since the alert itself, or since the last summary */
export function repeatedMatch(match: Match, count: number, spanMs: number, lastNs: bigint): Match {
  const seconds = secondsOf(spanMs);
  return told(match, ` (repeated ${times(count)} in ${seconds} s)`, lastNs, {
    'alert.repeated': count,
    'alert.window_s': seconds,
  });
}

/** @param match the first of those held back, which stands for all of them */
export function heldBackMatch(
  match: Match,
  { rate, budget }: { readonly rate: number; readonly budget: number },
  spanMs: number,
  lastNs: bigint,
): Match {
  const seconds = secondsOf(spanMs);
  const all = rate + budget;
  const why = [
    rate > 0 ? `${rate} by the rule's rate` : '',
    budget > 0 ? `${budget} by the budget of all rules` : '',
  ];
  const text = ` (one of ${all} of this rule held back in ${seconds} s: ${why.filter(Boolean).join(', ')})`;
  return told(match, text, lastNs, {
    'alert.held_back': all,
    'alert.held_back_rate': rate,
    'alert.held_back_budget': budget,
    'alert.window_s': seconds,
  });
}

function told(match: Match, text: string, timeNs: bigint, fields: Readonly<Record<string, number>>): Match {
  // However long the output is, what makes it a summary stays.
  const most = MAX_OUTPUT - text.length;
  return {
    ...match,
    timeNs,
    output: cut(match.output, most) + text,
    rawOutput: cut(match.rawOutput, most) + text,
    fields: { ...match.fields, ...fields },
  };
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
