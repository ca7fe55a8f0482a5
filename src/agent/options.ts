import type { SettingsSource } from './settings.ts';

/** What the command line asks of the daemon. */
export interface AgentOptions extends SettingsSource {
  /** `--dry-run`: everything but watching. */
  readonly dryRun: boolean;
  /** `-M`: stop after so many seconds; null runs until a signal. */
  readonly stopAfterS: number | null;
  /** `-P`: file for the process id. */
  readonly pidFile: string | null;
}
