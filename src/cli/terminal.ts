/** The terminal as a live view needs it: a screen to draw on and keys. Given back as it was, however the program ends. */

export interface Screen {
  /** Draws the lines over what was there; on a dumb terminal, below it. */
  draw(lines: readonly string[]): void;
  /** Size now; null where it is not known. */
  size(): { readonly rows: number | null; readonly columns: number | null };
  /** The terminal is as it was before. */
  close(): void;
}

export interface ScreenEvents {
  key(key: string): void;
  resized(): void;
  /** Ctrl-C, q, or a signal. */
  quit(): void;
}

// ECMA-48 and xterm: other screen, cursor off; cursor home; rest of the line, rest of the screen.
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const [HOME, TO_LINE_END, TO_SCREEN_END] = ['\x1b[H', '\x1b[K', '\x1b[J'];

// In raw mode Ctrl-C and Ctrl-D are characters.
const QUIT = ['q', '\x03', '\x04'];

/** @param out where to write; standard output is a terminal */
export function openScreen(
  out: (text: string) => void,
  env: NodeJS.ProcessEnv,
  events: ScreenEvents,
): Screen {
  const dumb = (env.TERM ?? 'dumb') === 'dumb';
  const unlisten = listen(events);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    unlisten();
    if (!dumb) out(LEAVE);
  };
  if (!dumb) {
    process.once('exit', close);
    out(ENTER);
  }
  return {
    draw(lines) {
      if (dumb) out(`${lines.join('\n')}\n\n`);
      else out(`${HOME}${lines.map((line) => `${line}${TO_LINE_END}`).join('\r\n')}${TO_SCREEN_END}`);
    },
    close,
    size: () => ({
      rows: dumb ? null : process.stdout.rows || null,
      columns: process.stdout.columns || null,
    }),
  };
}

/** Returns what ends it. */
function listen(events: ScreenEvents): () => void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => events.quit());
  process.stdout.on('resize', () => events.resized());
  if (!process.stdin.isTTY) return () => {};
  process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    if (QUIT.some((key) => text.includes(key))) events.quit();
    else for (const key of text) events.key(key);
  });
  process.stdin.on('end', () => events.quit());
  return () => {
    process.stdin.setRawMode(false);
    process.stdin.pause();
  };
}
