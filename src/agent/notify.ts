import type { Datagram, OpenDatagram } from '../base/datagram.ts';

/** Messages to the service manager, sd_notify(3). Every call is a no-op when nobody listens. */
export interface Notifier {
  /** Time between keep-alive messages in ms (half of WatchdogSec), or null when no watchdog watches. */
  readonly watchdogMs: number | null;
  ready(status: string): void;
  /** The start goes on and may take so many seconds more. */
  starting(status: string, seconds: number): void;
  reloading(): void;
  stopping(): void;
  status(text: string): void;
  watchdog(): void;
}

/**
 * @param env NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as systemd sets them
 * @param monotonicUs CLOCK_MONOTONIC in µs: systemd orders RELOADING and READY by it
 */
export function createNotifier(
  env: NodeJS.ProcessEnv,
  pid: number,
  open: OpenDatagram,
  monotonicUs: () => bigint = () => process.hrtime.bigint() / 1000n,
): Notifier {
  const path = env.NOTIFY_SOCKET;
  const socket = path === undefined || path === '' ? null : connect(path, open);
  const encoder = new TextEncoder();
  const send = (...lines: string[]): void => {
    socket?.send(encoder.encode(lines.join('\n')));
  };
  return {
    watchdogMs: socket === null ? null : watchdogPeriod(env, pid),
    ready: (status) => send('READY=1', `STATUS=${oneLine(status)}`, `MAINPID=${pid}`),
    starting: (status, seconds) =>
      send(`STATUS=${oneLine(status)}`, `EXTEND_TIMEOUT_USEC=${Math.round(seconds * 1e6)}`),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${monotonicUs()}`),
    stopping: () => send('STOPPING=1', 'STATUS=Stopping'),
    status: (text) => send(`STATUS=${oneLine(text)}`),
    watchdog: () => send('WATCHDOG=1'),
  };
}

function connect(path: string, open: OpenDatagram): Datagram | null {
  const socket = open(path);
  return typeof socket === 'number' ? null : socket;
}

/** A line end would start another assignment. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').slice(0, 500);
}

/** sd_watchdog_enabled(3): the variable counts only for the process it names; half the time is the advised period. */
function watchdogPeriod(env: NodeJS.ProcessEnv, pid: number): number | null {
  if (env.WATCHDOG_PID !== undefined && Number(env.WATCHDOG_PID) !== pid) return null;
  const microseconds = Number(env.WATCHDOG_USEC);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? Math.max(1, microseconds / 2000) : null;
}
