// saker's command line as data, from the tables that the program itself reads: for completions and the manual.
import { COMMANDS } from '../src/cli/main.ts';
import { OPTIONS, type Option } from '../src/cli/options.ts';
import { OPTIONS as RUN_OPTIONS, USAGE } from '../src/cli/run.ts';

export interface NamedOption {
  readonly long: string;
  readonly short: string | null;
  readonly about: string;
  /** `flag` takes no value, `file` one that names a file, `text` any; a list holds the only values there are. */
  readonly takes: 'flag' | 'file' | 'text' | readonly string[];
  readonly multiple: boolean;
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
  return Object.entries(options).map(([long, { type, short = null, about, takes, multiple = false }]) => ({
    long,
    short,
    about,
    takes: type === 'boolean' ? 'flag' : (takes ?? 'text'),
    multiple,
  }));
}

/** Those of `run`, explained by its usage text: `  -c FILE       configuration (default …)`. */
function runOptions(): NamedOption[] {
  const lines = [...USAGE.matchAll(/^ {2}(-.*?) {2,}(.*)$/gm)].map(([, flags = '', about = '']) => ({
    flags,
    about: about.replace(/;.*| \(default .*\)/, ''),
  }));
  const all: Readonly<Record<string, { type: string; short?: string; multiple?: boolean }>> = RUN_OPTIONS;
  return Object.entries(all).map(([long, { type, short = null, multiple = false }]) => {
    const line = lines.find(({ flags }) =>
      flags.split(/[ ,]+/).some((word) => word === `-${short}` || word === `--${long}`),
    );
    const takes = type === 'boolean' ? 'flag' : /FILE|PATH/.test(line?.flags ?? '') ? 'file' : 'text';
    return { long, short, about: line?.about ?? '', takes, multiple };
  });
}
