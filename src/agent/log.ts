import { fstatSync } from 'node:fs';
import type { Priority } from '../base/alert.ts';
import { PRIORITIES } from '../base/alert.ts';
import { printable } from '../base/printable.ts';

/** The agent's own messages: what it does and what goes wrong with it. Alerts never come this way. */
export interface Log {
  error(message: string): void;
  warning(message: string): void;
  notice(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/**
 * Lines on standard error. systemd's journal reads the level from a `<N>` prefix (sd-daemon(3)) and adds the time
 * itself; elsewhere the line carries both. Each message is one line whatever it quotes.
 *
 * @param also second place for messages: severity (syslog(3)) and the escaped text
 * @param least least severe priority still written, falco.yaml's log_level
 */
export function createLog(
  write: (line: string) => void,
  least: Priority,
  underJournal: boolean,
  also: (severity: number, text: string) => void = () => {},
  now: () => Date = () => new Date(),
): Log {
  const limit = PRIORITIES.indexOf(least);
  const at = (priority: Priority) => {
    const number = PRIORITIES.indexOf(priority);
    if (number > limit) return () => {};
    return (message: string): void => {
      const text = printable(message);
      also(number, text);
      write(underJournal ? `<${number}>${text}\n` : `${now().toISOString()} saker ${priority}: ${text}\n`);
    };
  };
  return {
    error: at('Error'),
    warning: at('Warning'),
    notice: at('Notice'),
    info: at('Informational'),
    debug: at('Debug'),
  };
}

/**
 * Whether standard error leads to the journal: systemd gives the device and inode of what it connected
 * (systemd.exec(5), JOURNAL_STREAM). The variable alone says nothing, since children inherit it.
 */
export function leadsToJournal(env: NodeJS.ProcessEnv, fd = 2): boolean {
  try {
    const { dev, ino } = fstatSync(fd);
    return env.JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
