import { basename } from 'node:path';
import type { Config } from '../config/index.ts';
import type { NoiseInput } from '../engine/messages.ts';

const SECOND_MS = 1000;

/** What counts as a repeat: the same somebody, and all that the alert would say again. */
const DEDUP_BY = ['container.id', 'user.uid', 'proc.exepath', 'output'];
/** Who shares a rate within a rule: what one container or account does in a flood leaves the others' alerts alone. */
const GROUP_BY = ['container.id', 'user.uid'];

const SHARED = { dedupBy: DEDUP_BY, groupBy: GROUP_BY, except: [] };

/** Alerts a minute. packaging/etc/saker.yaml repeats these for administrators. */
export const PRESETS = {
  off: { ...SHARED, windowMs: 60 * SECOND_MS, dedup: false, perRule: 0, perGroup: 0, budget: 0 },
  default: { ...SHARED, windowMs: 60 * SECOND_MS, dedup: true, perRule: 120, perGroup: 60, budget: 1200 },
  strict: { ...SHARED, windowMs: 300 * SECOND_MS, dedup: true, perRule: 12, perGroup: 6, budget: 120 },
} as const satisfies Record<string, NoiseInput>;

/**
 * The preset, and over it what is written. Who comes with a falco.yaml has readers that count on every alert: there
 * noise control waits to be asked for.
 * @param configFile the main one; null: none
 */
export function noiseInput({ noise_control, compat }: Config, configFile: string | null): NoiseInput {
  const { preset: named = 'auto', window_s, dedup_by, group_by, ...own } = noise_control;
  const isFalcos = compat === 'falco' || (configFile !== null && basename(configFile) === 'falco.yaml');
  const preset = PRESETS[named === 'auto' ? (isFalcos ? 'off' : 'default') : named];
  return {
    windowMs: window_s === undefined ? preset.windowMs : window_s * SECOND_MS,
    dedup: own.dedup ?? preset.dedup,
    dedupBy: dedup_by ?? preset.dedupBy,
    groupBy: group_by ?? preset.groupBy,
    perRule: own.per_rule ?? preset.perRule,
    perGroup: own.per_group ?? preset.perGroup,
    budget: own.budget ?? preset.budget,
    except: own.except ?? preset.except,
  };
}
