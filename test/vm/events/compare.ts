// Alerts against truth: every field of every action.

import { difference, type Rules, text } from './expected.ts';
import type { Action, Json, Truth } from './facts.ts';
import { socketName } from './truth-descriptor.ts';

export interface JsonAlert {
  readonly rule: string;
  readonly output_fields: Readonly<Record<string, Json>>;
}

export interface Finding {
  readonly action: Action;
  /** Null when no alert, or more than one, was found. */
  readonly field: string | null;
  readonly message: string;
}

const MARGIN_NS = 8_000_000n;

/** The alerts of a call: of its thread and type, and made while it ran. The trigger rests between its calls. */
export function alertsOf(action: Action, alerts: readonly JsonAlert[]): JsonAlert[] {
  return alerts.filter(({ output_fields: said }) => {
    if (said['evt.type'] !== action.type) return false;
    const isHis = action.anyThread ? said['proc.pid'] === action.pid : said['thread.tid'] === action.tid;
    if (!isHis) return false;
    const time = BigInt(said['evt.rawtime'] as bigint);
    return time >= action.t0 - MARGIN_NS && time <= action.t1 + MARGIN_NS;
  });
}

/** Names of sockets are told by their ends. */
function withNames(action: Action): Action {
  if (action.family === undefined) return action;
  const name = socketName(action);
  const fill = (arg: string): string => arg.replace('{name}', name).replace('{tuple}', name);
  return { ...action, args: action.args.map(fill) };
}

export function compare(truth: Truth, alerts: readonly JsonAlert[], rules: Rules): Finding[] {
  return truth.actions.flatMap((told): Finding[] => {
    const action = withNames(told);
    const found = alertsOf(action, alerts);
    if (found.length !== 1) return [{ action, field: null, message: `${found.length} alerts` }];
    const facts = truth.facts.get(action.process);
    if (facts === undefined) return [{ action, field: null, message: 'told without facts of its process' }];
    const said = found[0]!.output_fields;
    const by = action.anyThread ? { ...action, tid: Number(said['thread.tid']) } : action;
    return Object.entries(rules).flatMap(([field, rule]) => {
      const wanted = difference(said[field], rule(by, facts, said));
      if (wanted === null) return [];
      return [{ action, field, message: `${text(said[field] ?? null)}, but the truth is ${wanted}` }];
    });
  });
}

export const describe = ({ action, field, message }: Finding): string =>
  `${action.type} (${action.action}): ${field ?? 'the event'} is ${message}`;
