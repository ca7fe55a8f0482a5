/** What libbpf says, for those who want to read all of it (native/log.c). */
import type { Native } from './native.ts';

/** As libbpf_print_level of bpf/libbpf.h numbers them. */
const LEVELS = ['warning', 'info', 'debug'] as const;
export type LibraryLevel = (typeof LEVELS)[number];

export interface LibraryMessage {
  readonly level: LibraryLevel;
  /** One line. */
  readonly text: string;
}

const BYTES = 65_536;

/** Collects messages for takeMessages, from this level up; null: none. For all threads of the process. */
export function tellMessages(native: Native, least: LibraryLevel | null): void {
  native.saker_log_tell(least === null ? -1 : LEVELS.indexOf(least));
}

/** The newest 64 KiB of what was said since the last call, line by line. */
export function takeMessages(native: Native): LibraryMessage[] {
  const buffer = Buffer.alloc(BYTES);
  const text = buffer.toString('utf8', 0, native.saker_log_told(buffer, BYTES));
  let level: LibraryLevel = 'warning';
  const messages: LibraryMessage[] = [];
  for (const line of text.split('\n')) {
    // A message begins with its level; its further lines, and one whose beginning had no room any more, do not.
    const begins = line[0] === '\x01';
    if (begins) level = LEVELS[Number(line[1])] ?? level;
    const said = (begins ? line.slice(2) : line).trimEnd();
    if (said !== '') messages.push({ level, text: said });
  }
  return messages;
}
