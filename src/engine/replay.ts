import { Capture, CaptureError, isEvents, readBlocks } from '../replay/index.ts';
import { Engine } from './engine.ts';
import type { ReplaySummary, RulesInput } from './messages.ts';
import { replayHost } from './replay-host.ts';

/** A recording through the engine, as fast as it goes, with the file's own clock, processes and accounts. */

/** Blocks between two looks at what was found. */
const BATCH = 512;

/** @param found called every now and then; the replay goes on when it resolves */
export async function replay(
  path: string,
  rules: RulesInput,
  found: (engine: Engine) => Promise<void>,
): Promise<{ engine: Engine; summary: ReplaySummary }> {
  const capture = new Capture();
  const engine = new Engine(replayHost(capture));
  engine.load(rules);
  // Nobody tells more of a container than the file does.
  engine.watch(capture.memory, 0);
  const began = performance.now();
  const take = (length: number) => engine.take(0, length);
  let error: string | null = null;
  try {
    let blocks = 0;
    let isLinked = false;
    for await (const block of readBlocks(path)) {
      if (!isLinked && isEvents(block)) {
        isLinked = true;
        // The list of processes is complete.
        engine.takeTasks(new Uint8Array());
      }
      capture.take(block, take);
      if (++blocks % BATCH === 0) await found(engine);
    }
  } catch (cause) {
    if (!(cause instanceof CaptureError)) throw cause;
    error = cause.message;
  }
  engine.finish();
  await found(engine);
  return { engine, summary: { ...capture.stats, error, tookMs: performance.now() - began } };
}
