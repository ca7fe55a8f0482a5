/**
 * In: readings, plain numbers that the agent has collected. Out: the text that Prometheus scrapes, the fields of
 * Falco's metrics snapshot, and whether the agent is healthy. Pure, on the main thread, when somebody asks.
 */
export { metricFamilies } from './families.ts';
export { type Health, healthOf, type Vitals } from './health.ts';
export { prometheusText } from './prometheus.ts';
export type { CpuAndMemory, FileDigest, HostUsage, Readings, Selection } from './readings.ts';
export {
  type SnapshotFields,
  type SnapshotOptions,
  type SnapshotTotals,
  snapshotFields,
} from './snapshot.ts';
