/** `saker COMMAND --help`: what the command is for, and its options. */
import { OPTIONS, type Option } from './options.ts';

/** `-c, --config FILE`. */
export function spelled(long: string, { short, type, takes }: Option): string {
  const names = short === undefined ? `--${long}` : `-${short}, --${long}`;
  if (type === 'boolean') return names;
  return `${names} ${takes === undefined ? 'VALUE' : takes === 'file' ? 'FILE' : takes.join('|')}`;
}

/** Text for the terminal. */
export function commandHelp(command: string, about: string): string {
  const options: Readonly<Record<string, Option>> = OPTIONS[command as keyof typeof OPTIONS] ?? {};
  const rows = Object.entries(options).map(
    ([long, option]) => [spelled(long, option), option.about] as const,
  );
  // A long list of values stands in a line of its own.
  const width = Math.max(0, ...rows.map(([name]) => name.length).filter((length) => length <= WIDTH));
  const lines = rows.map(([name, what]) =>
    name.length > width
      ? `  ${name}\n  ${' '.repeat(width)}  ${what}\n`
      : `  ${name.padEnd(width)}  ${what}\n`,
  );
  return `${about}\n${lines.join('')}All of it: man saker\n`;
}

const WIDTH = 28;
