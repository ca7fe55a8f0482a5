import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Alert } from '../base/alert.ts';
import { printable } from '../base/printable.ts';
import { alertLine } from './line.ts';
import { LineWriter } from './line-writer.ts';
import type { Channel } from './sink.ts';

export interface StdoutOptions {
  readonly json: boolean;
  /** Colour the time and priority of text lines. */
  readonly colour: boolean;
  /** Descriptor to write to; 1 unless told otherwise. */
  readonly fd?: number;
}

const RESET = '\u001b[0m';
// By severity: bold red for the first three, then red, yellow, cyan, none, dim.
const COLOURS = ['1;31', '1;31', '1;31', '31', '33', '36', '', '2'];

/** Whether people read this descriptor and want colour (https://no-color.org). */
export function wantsColour(fd: number, env: NodeJS.ProcessEnv): boolean {
  return isatty(fd) && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** Whether the descriptor leads to /dev/null, as under the service: nothing needs to be written then. */
export function isNull(fd: number): boolean {
  try {
    return fstatSync(fd).rdev === statSync('/dev/null').rdev;
  } catch {
    // A closed descriptor takes nothing either.
    return true;
  }
}

/**
 * The same pipe or terminal opened anew without blocking, where that can be done. A thread that blocks in write()
 * holds up exit() for as long as the reader sleeps; setting O_NONBLOCK on the descriptor itself would also change
 * it for everybody who shares it. A socket cannot be opened anew and stays as it is. So do files: they do not
 * block, and a second opening would not share the position that stderr may share.
 */
function withoutBlocking(fd: number): number {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !isatty(fd)) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

export function stdoutChannel(options: StdoutOptions): Channel {
  const writer = new LineWriter();
  const fd = withoutBlocking(options.fd ?? 1);
  return {
    name: 'stdout',
    open: () => null,
    encode: (alert) => Buffer.from(`${stdoutLine(alert, options)}\n`),
    send: (records) => writer.append(fd, records),
    reopen: () => {},
    close: () => {},
  };
}

function stdoutLine(alert: Alert, options: StdoutOptions): string {
  const colour = COLOURS[alert.priorityNumber] ?? '';
  if (options.json || !options.colour || colour === '') return alertLine(alert, options.json);
  // The text ends with the output; what stands before it is time and priority.
  const head = alert.text.endsWith(alert.output)
    ? alert.text.slice(0, -alert.output.length || undefined)
    : '';
  return `\u001b[${colour}m${printable(head)}${RESET}${printable(alert.text.slice(head.length))}`;
}
