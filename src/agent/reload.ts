import { formatProblem, isWarning, problemLine } from '../base/errors.ts';
import type { RulesCheck } from '../engine/messages.ts';
import type { EngineLink } from './engine-link.ts';
import type { Log } from './log.ts';
import { firstMistake, type Refusal, refusalOf } from './refusal.ts';
import { loadSettings, type Settings, type SettingsSource } from './settings.ts';

export interface ReloadParts {
  readonly source: SettingsSource;
  readonly engine: Pick<EngineLink, 'load'>;
  readonly log: Pick<Log, 'info' | 'notice' | 'warning' | 'error'>;
  /** A reload begins, and is over, whatever came of it. */
  begins(): void;
  over(): void;
  /** The new rules are in force; everything else follows here. Returns what the agent does now, in a line. */
  apply(settings: Settings, check: RulesCheck): Promise<string>;
  /** Nothing has changed, although somebody wanted it to. */
  refused(refusal: Refusal): void;
  /** Files and directories to watch from now on. */
  follow(paths: readonly string[]): void;
}

/**
 * One reload after another; the old rules stay in force until the new ones are compiled, and when they are bad. What is
 * asked for while one waits for its turn is done by that one.
 */
export class Reloads {
  readonly #parts: ReloadParts;
  #last: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  #refused: Refusal | null = null;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /** What became of the last one, when nothing did. */
  get refused(): Refusal | null {
    return this.#refused;
  }

  /** Resolves when it is done. Never rejects. */
  request(why: string): Promise<void> {
    this.#waiting ??= this.#last = this.#last
      .then(() => {
        this.#waiting = null;
        return this.#reload(why);
      })
      .catch((error: Error) => {
        this.#parts.log.error(`the reload failed, the old rules stay in force: ${error.message}`);
        this.#refuse(error.message);
      });
    return this.#waiting;
  }

  /** The new rules are in force already, whatever becomes of the rest. */
  async #apply(settings: Settings, check: RulesCheck): Promise<void> {
    const { log, apply } = this.#parts;
    this.#refused = null;
    try {
      log.notice(`reloaded: ${await apply(settings, check)}`);
    } catch (error) {
      log.error(`the new rules are in force, the rest of the reload failed: ${(error as Error).message}`);
    }
  }

  async #reload(why: string): Promise<void> {
    const { source, engine, log, begins, over, follow } = this.#parts;
    log.info(`reloading: ${why}`);
    begins();
    try {
      const { settings, problems, paths } = loadSettings(source);
      for (const problem of problems) log.warning(formatProblem(problem));
      const check = settings === null ? null : await engine.load(settings.rules);
      for (const line of check?.report.split('\n') ?? []) if (line !== '') log.warning(line);
      if (settings !== null && check?.ok) await this.#apply(settings, check);
      else {
        log.error('the new configuration or rules are not valid: the old ones stay in force');
        const wrong = problems.find((problem) => !isWarning(problem));
        this.#refuse(wrong === undefined ? firstMistake(check?.report ?? '') : problemLine(wrong));
      }
      follow(paths);
    } finally {
      over();
    }
  }

  #refuse(reason: string): void {
    this.#refused = refusalOf(reason);
    this.#parts.refused(this.#refused);
  }
}
