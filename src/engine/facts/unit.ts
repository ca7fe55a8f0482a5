import type { Interned } from '../../base/interning.ts';
import type { Process, UnitTexts } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { own, type Table } from './process.ts';

/** proc.unit, proc.slice and their like: systemd's names for the cgroup that the process was in at the event. */

/** @returns all missing where the machine has no systemd hierarchy */
export const unitsOf = (process: Process, event: Event): UnitTexts =>
  event.machine.units.of(process, event.record.cgroupId, event.bootNs);

const name = (get: (units: UnitTexts) => Interned | null) =>
  own((process, event) => get(unitsOf(process, event)));

export const unitFacts: Table = {
  'proc.unit': name(({ unit }) => unit),
  'proc.user_unit': name(({ userUnit }) => userUnit),
  'proc.slice': name(({ slice }) => slice),
  'proc.user_slice': name(({ userSlice }) => userSlice),
};
