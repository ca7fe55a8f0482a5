/** What `saker status` tells about events: who reports them, and why something does not. */
import * as record from '../schema/record.generated.ts';
import { type Carriers, callOf, callsOf } from './carriers.ts';
import type { Hook } from './hooks.ts';

export type Tier = 'tracepoint' | 'fexit' | 'fprobe' | 'none';

/** Events of one type come from one place or, like those of 32-bit programs and io_uring, from several. */
export interface PartState {
  /** null: the usual ones; else which, such as `32-bit`. */
  readonly detail: string | null;
  readonly hook: string;
  readonly tier: Tier;
  /** Why not by a hook of its own, if that is not for a moment. */
  readonly reason: string | null;
}

export interface TypeState {
  readonly type: string;
  readonly parts: readonly PartState[];
}

/** A group of the plan, and what became of it. */
export interface Place {
  readonly hook: Hook;
  readonly isAttached: boolean;
  readonly reason: string | null;
}

function tierOfHook({ fprobe, target }: Hook): Tier {
  if (fprobe) return 'fprobe';
  return target === null ? 'tracepoint' : 'fexit';
}

function tier({ hook, isAttached }: Place, type: string, carriers: Carriers): Tier {
  if (hook.dispatch === undefined) return isAttached ? tierOfHook(hook) : 'none';
  const calls = callsOf(hook).filter((call) => call >> 1 === callOf(type, 0) >> 1);
  const by = calls.map((call) => carriers.of(call));
  if (by.includes(undefined)) return isAttached ? tierOfHook(hook) : 'none';
  return by.every((carrier) => carrier === record.CARRIER_PROGRAM) ? tierOfHook(hook) : 'tracepoint';
}

/** By type, in the order of the record. */
export function stateOfTypes(
  types: ReadonlySet<string>,
  places: readonly Place[],
  carriers: Carriers,
): TypeState[] {
  return record.TYPE_NAMES.filter((type) => types.has(type)).map((type) => ({
    type,
    parts: places
      .filter(({ hook }) => hook.types.includes(type))
      .map((place) => ({
        detail: place.hook.detail ?? null,
        hook: place.hook.name,
        tier: tier(place, type, carriers),
        reason: place.reason,
      })),
  }));
}
