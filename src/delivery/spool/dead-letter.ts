import { appendFile, rename, stat } from 'node:fs/promises';
import type { SpoolRecord } from './record.ts';

// Two files of this size: enough to see what a destination refuses, bounded when it refuses everything.
const MAX_BYTES = 8 << 20;

/**
 * Keeps what a destination refused for good, one JSON line each with the reason, for people to look at:
 * `dead-letter.jsonl`, and `dead-letter.jsonl.1` before it.
 */
export async function buryRecord(folder: string, record: SpoolRecord, reason: string): Promise<void> {
  const path = `${folder}/dead-letter.jsonl`;
  const size = await stat(path).then(
    (s) => s.size,
    () => 0,
  );
  if (size > MAX_BYTES) await rename(path, `${path}.1`);
  const line = JSON.stringify({
    time: new Date(record.timeMs).toISOString(),
    sequence: record.sequence,
    reason,
    record: Buffer.from(record.payload).toString('utf8'),
  });
  await appendFile(path, `${line}\n`, { mode: 0o600 });
}
