import type { RulesCheck } from '../engine/messages.ts';
import type { Native, PreparedProbes } from '../kernel/index.ts';
import type { EngineLink } from './engine-link.ts';
import type { LibsLog } from './libs-log.ts';
import type { Log } from './log.ts';
import type { AgentOptions } from './options.ts';
import type { Settings } from './settings.ts';
import type { Signals } from './signals.ts';

/** What a checked start hands over. */
export interface ServiceParts {
  readonly options: AgentOptions;
  readonly settings: Settings;
  readonly check: RulesCheck;
  /** Files and directories whose change means a reload. */
  readonly paths: readonly string[];
  /** With the rules already in force. */
  readonly engine: EngineLink;
  readonly native: Native;
  readonly libsLog: LibsLog;
  /** On their way into the kernel. */
  readonly hooks: Promise<PreparedProbes>;
  readonly signals: Signals;
  readonly log: Log;
}
