// saker's command line as data, from the tables that the program itself reads: for completions and the manual.
import { COMMANDS } from '../src/cli/main.ts';
import { OPTIONS, type Option } from '../src/cli/options.ts';
import { OPTIONS as RUN_OPTIONS, USAGE } from '../src/cli/run.ts';

export interface NamedOption extends Option {
  readonly long: string;
}

/** What stands behind an option: nothing, the name of a file, text, or one of these words. */
export function takenBy({ type, takes }: Option): 'flag' | 'file' | 'text' | readonly string[] {
  return type === 'boolean' ? 'flag' : (takes ?? 'text');
}

export interface CommandLine {
  readonly name: string;
  readonly about: string;
  readonly options: readonly NamedOption[];
  /** Whether what is no option names files. */
  readonly files: boolean;
}

/** Commands whose operands are files. */
const FILES = ['check', 'rules', 'test'];

/** Words of the program that are no rows of its table of commands. */
export const WORDS = [
  { name: 'help', about: 'list the commands' },
  { name: 'version', about: 'print the version' },
] as const;

export const COMMAND_LINES: readonly CommandLine[] = Object.entries(COMMANDS).map(([name, { about }]) => ({
  name,
  about: about.replace(/: saker .*/, ''),
  options: name === 'run' ? runOptions() : optionsOf(OPTIONS[name as keyof typeof OPTIONS]),
  files: FILES.includes(name),
}));

function optionsOf(options: Readonly<Record<string, Option>>): NamedOption[] {
  return Object.entries(options).map(([long, option]) => ({ long, ...option }));
}

/** Those of `run`, explained by its usage text: `  -c FILE       configuration (default …)`. */
function runOptions(): NamedOption[] {
  const lines = [...USAGE.matchAll(/^ {2}(-.*?) {2,}(.*)$/gm)].map(([, flags = '', about = '']) => ({
    flags,
    about: about.replace(/;.*| \(default .*\)/, ''),
  }));
  const all: Readonly<Record<string, Omit<Option, 'about' | 'takes'>>> = RUN_OPTIONS;
  return Object.entries(all).map(([long, option]) => {
    const names = [`-${option.short}`, `--${long}`];
    const line = lines.find(({ flags }) => flags.split(/[ ,]+/).some((word) => names.includes(word)));
    const about = line?.about ?? '';
    return /FILE|PATH/.test(line?.flags ?? '')
      ? { long, ...option, about, takes: 'file' }
      : { long, ...option, about };
  });
}
