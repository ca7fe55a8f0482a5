/**
 * Signals of the daemon. They are caught from the first moment on and until the process ends: the default of SIGHUP
 * would end an agent that is still starting, and an agent that is stopping is past what they ask for.
 */
export interface Signals {
  /** From now on: what each means. An end that was asked for before is told at once. */
  handle(handlers: SignalHandlers): void;
}

export type StopSignal = 'SIGTERM' | 'SIGINT';

export interface SignalHandlers {
  stop(signal: StopSignal): void;
  reload(): void;
  reopen(): void;
}

export function catchSignals(): Signals {
  let current: SignalHandlers | null = null;
  let wanted: StopSignal | null = null;
  const stop = (signal: StopSignal): void => {
    wanted = signal;
    current?.stop(signal);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => current?.reload());
  process.on('SIGUSR1', () => current?.reopen());
  return {
    handle(handlers) {
      current = handlers;
      if (wanted !== null) handlers.stop(wanted);
    },
  };
}
