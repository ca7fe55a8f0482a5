import type { Config } from '../config/index.ts';
import { type LibraryLevel, type Native, takeMessages, tellMessages } from '../kernel/index.ts';
import type { Log } from './log.ts';

/** Of one look; a verifier's log has thousands of lines. */
const LINES_MAX = 100;
const CHARACTERS_MAX = 400;

/** Brings what libbpf says into the agent's log, as `libs_logger` wishes. */
export class LibsLog {
  readonly #native: Native;
  readonly #log: Pick<Log, LibraryLevel>;
  readonly #enabled: boolean;

  constructor(native: Native, { enabled, severity }: Config['libs_logger'], log: Pick<Log, LibraryLevel>) {
    this.#native = native;
    this.#log = log;
    this.#enabled = enabled;
    tellMessages(native, enabled ? severity : null);
  }

  /** What came since the last look. */
  look(): void {
    if (!this.#enabled) return;
    const messages = takeMessages(this.#native);
    const left = messages.length - LINES_MAX;
    if (left > 0) this.#log.warning(`libbpf said ${left} lines before these`);
    for (const { level, text } of messages.slice(-LINES_MAX)) this.#log[level](text.slice(0, CHARACTERS_MAX));
  }
}
