import { falcoFamilies } from './falco-families.ts';
import type { Family } from './family.ts';
import type { Readings, Selection } from './readings.ts';
import { sakerFamilies } from './saker-families.ts';

/** All metrics; those of Falco's names first. */
export function metricFamilies(readings: Readings, wanted: Selection): Family[] {
  return [...falcoFamilies(readings, wanted), ...sakerFamilies(readings, wanted)];
}
