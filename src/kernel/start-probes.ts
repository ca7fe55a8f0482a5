/** The two steps of a start: what needs no rules, so that it may go on while they are compiled, and the rest. */
import type { OpenGuard } from '../schema/open-guard.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import type { Native } from './native.ts';
import { AttachedProbes } from './probes.ts';
import type { Probes, ProbesOptions } from './probes-api.ts';

/** Loaded, but nothing is reported yet. */
export interface PreparedProbes {
  /**
   * Events flow from here on.
   * @param wanted event types that rules name
   * @param parts what records carry beside the usual
   * @param opens opens to report; default: all
   * @throws LoadError when nothing can be loaded; `explainFailure` turns it into words
   */
  start(wanted: ReadonlySet<string>, parts: ReadonlySet<RecordPart>, opens?: OpenGuard): Promise<Probes>;
}

/**
 * Loads process life and the dispatcher on a thread of the pool: what takes longest at the start, and needs no rules.
 * @throws LoadError when nothing can be loaded
 */
export async function prepareProbes(native: Native, options: ProbesOptions): Promise<PreparedProbes> {
  const probes = new AttachedProbes(native, options);
  const orClose = async <T>(job: Promise<T>): Promise<T> => {
    try {
      return await job;
    } catch (error) {
      await probes.close();
      throw error;
    }
  };
  await orClose(probes.prepare());
  return { start: (wanted, parts, opens) => orClose(probes.start(wanted, parts, opens).then(() => probes)) };
}

/** Both steps. */
export async function startProbes(
  native: Native,
  wanted: ReadonlySet<string>,
  parts: ReadonlySet<RecordPart>,
  options: ProbesOptions,
): Promise<Probes> {
  return (await prepareProbes(native, options)).start(wanted, parts);
}
