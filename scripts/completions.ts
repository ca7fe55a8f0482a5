// build/completions: what bash, zsh and fish offer behind `saker`, from the one table of commands and options.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_LINES, type CommandLine, type NamedOption, takenBy, WORDS } from './command-line.ts';
import { root, writeIfOther } from './run.ts';

const everyWord = [...COMMAND_LINES, ...WORDS];
const names = everyWord.map(({ name }) => name).join(' ');
const NOTE = 'made by scripts/completions.ts';

/** The same text for all three shells; between single quotes, as none of them expands it there. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const flags = ({ long, short }: NamedOption): string[] =>
  short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`];

function bashCommand({ name, options, files }: CommandLine): string {
  const valued = options.filter((option) => takenBy(option) !== 'flag');
  const cases = valued.map((option) => `\t\t${flags(option).join(' | ')}) ${bashValues(option)}; return ;;`);
  const inner = cases.length === 0 ? '' : `\t\tcase $previous in\n${cases.join('\n')}\n\t\tesac\n`;
  const words = options.map(({ long }) => `--${long}`).join(' ');
  const rest = files ? '\n\t\t[[ $word == -* ]] || _saker_files' : '';
  return `\t${name})\n${inner}\t\t_saker_words ${quoted(words)}${rest}\n\t\t;;`;
}

function bashValues(option: NamedOption): string {
  const takes = takenBy(option);
  if (typeof takes !== 'string') return `_saker_words ${quoted(takes.join(' '))}`;
  return takes === 'file' ? '_saker_files' : ':';
}

/** bash: a function that fills COMPREPLY. */
export function bashCompletion(): string {
  return `# Completion of saker for bash, ${NOTE}.
_saker_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
_saker_files() { mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames 2>/dev/null; }
_saker() {
\tlocal word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
\tCOMPREPLY=()
\tif [[ $COMP_CWORD -eq 1 && $word != -* ]]; then _saker_words ${quoted(names)}; return; fi
\t# Without a command the options are those of run.
\tif [[ $command == -* ]]; then command=run; fi
\tcase $command in
${COMMAND_LINES.map(bashCommand).join('\n')}
\tesac
}
complete -F _saker saker
`;
}

/** One option as _arguments reads it: '(-c --config)'{-c,--config}'[text]:value:_files'. */
function zshOption(option: NamedOption): string {
  const { multiple, about } = option;
  const takes = takenBy(option);
  const all = flags(option);
  const text = about.replaceAll(/[[\]:]/g, '\\$&').replaceAll("'", "'\\''");
  const value = takes === 'flag' ? '' : `:value:${zshValues(takes)}`;
  const exclude = multiple === true ? '*' : `(${all.join(' ')})`;
  const which = all.length === 1 ? `'${exclude}${all[0]}` : `'${exclude}'{${all.join(',')}}'`;
  return `${which}[${text}]${value}'`;
}

function zshValues(takes: Exclude<ReturnType<typeof takenBy>, 'flag'>): string {
  if (takes === 'file') return '_files';
  return takes === 'text' ? ' ' : `(${takes.join(' ')})`;
}

/** zsh: an autoloaded function for a folder of fpath. */
export function zshCompletion(): string {
  const described = everyWord.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`);
  const cases = COMMAND_LINES.map(({ name, options, files }) => {
    const specs = [...options.map(zshOption), ...(files ? ["'*:file:_files'"] : [])];
    return `    ${name})\n      _arguments ${specs.join(' \\\n        ')}\n      ;;`;
  });
  return `#compdef saker
# Completion of saker for zsh, ${NOTE}.
_saker() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  # Without a command the options are those of run.
  local command=run
  if [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${cases.join('\n')}
  esac
}
_saker "$@"
`;
}

function fishOption(command: string, option: NamedOption): string {
  const { long, short, about } = option;
  const brief = short === undefined ? '' : ` -s ${short}`;
  return `complete -c saker -n '${fishWhen(command)}' -l ${long}${brief}${fishValues(option)} -d ${fishQuoted(about)}`;
}

function fishValues(option: NamedOption): string {
  const takes = takenBy(option);
  if (typeof takes !== 'string') return ` -x -a ${quoted(takes.join(' '))}`;
  return { flag: '', file: ' -r -F', text: ' -x' }[takes];
}

/** Behind a command; for run also where there is none. */
function fishWhen(command: string): string {
  const seen = `__fish_seen_subcommand_from ${command}`;
  return command === 'run' ? `${seen}; or not __fish_seen_subcommand_from ${names}` : seen;
}

/** In fish a backslash escapes a quote between quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** fish: a list of complete commands. */
export function fishCompletion(): string {
  const words = everyWord.map(
    ({ name, about }) => `complete -c saker -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(about)}`,
  );
  const options = COMMAND_LINES.flatMap(({ name, options, files }) => [
    ...(files ? [] : [`complete -c saker -f -n '__fish_seen_subcommand_from ${name}'`]),
    ...options.map((option) => fishOption(name, option)),
  ]);
  return `# Completion of saker for fish, ${NOTE}.\n${[...words, ...options].join('\n')}\n`;
}

/** Writes them where the package takes them from. */
export function buildCompletions(): void {
  const folder = join(root, 'build/completions');
  mkdirSync(folder, { recursive: true });
  writeIfOther(join(folder, 'saker'), Buffer.from(bashCompletion()));
  writeIfOther(join(folder, '_saker'), Buffer.from(zshCompletion()));
  writeIfOther(join(folder, 'saker.fish'), Buffer.from(fishCompletion()));
}

if (import.meta.main) buildCompletions();
