import { spelled } from '../../src/cli/help.ts';
import { COMMAND_LINES } from '../command-line.ts';
import { code, page, table } from './markdown.ts';

export function commandsReference(): string {
  const sections = COMMAND_LINES.map(({ name, about, options }) => {
    const rows = options.map((option) => [
      code(spelled(option.long, option)),
      option.about + (option.multiple ? '; may be repeated' : ''),
    ]);
    return `## saker ${name}\n\n${about}.\n\n${table(['option', ''], rows)}`;
  });
  return page(
    'Command line',
    'commands.ts',
    'Every option of every command, from the tables that the program itself reads. What the commands are for: ' +
      '[commands](../commands.md). Options without a command are those of `run`.',
    ...sections,
  );
}
