/**
 * Signals of the daemon. They are caught from the first moment on and until the process ends: the default of SIGHUP
 * would end an agent that is still starting, and an agent that is stopping is past what they ask for.
 */
export interface Signals {
  /** From now on: what each means. An end that was asked for before is told at once. */
  handle(handlers: SignalHandlers): void;
}

export interface SignalHandlers {
  stop(): void;
  reload(): void;
  reopen(): void;
}

export function catchSignals(): Signals {
  let current: SignalHandlers | null = null;
  let stopWanted = false;
  const stop = (): void => {
    stopWanted = true;
    current?.stop();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => current?.reload());
  process.on('SIGUSR1', () => current?.reopen());
  return {
    handle(handlers) {
      current = handlers;
      if (stopWanted) handlers.stop();
    },
  };
}
