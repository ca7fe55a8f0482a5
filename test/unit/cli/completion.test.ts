import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { COMMAND_LINES } from '../../../scripts/command-line.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../../../scripts/completions.ts';
import { COMMANDS } from '../../../src/cli/main.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-completions-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'saker.bash'), bashCompletion());
writeFileSync(join(folder, '_saker'), zshCompletion());
writeFileSync(join(folder, 'saker.fish'), fishCompletion());
writeFileSync(join(folder, 'rules.yaml'), '');

const has = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0;

/** What a shell offers for the last of these words. */
type Ask = (...words: string[]) => string[];

const bash: Ask = (...words) => {
  const script = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _saker; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['-c', script, join(folder, 'saker.bash'), ...words];
  return spawnSync('bash', args, { encoding: 'utf8', cwd: folder }).stdout.split('\n').filter(Boolean);
};

const fish: Ask = (...words) => {
  const script = `source ${folder}/saker.fish; complete -C '${words.join(' ')}'`;
  const { stdout } = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', cwd: folder });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]!);
};

/** Asks zsh's own completion system, whose menu is replaced by one that prints what it was given. */
const zsh: Ask = (...words) => {
  const script = `
    zmodload zsh/zpty
    zpty shell 'PS1= TERM=dumb zsh -f -i'
    zpty -w shell 'fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D'
    zpty -w shell 'compadd() { builtin compadd -O found "$@"; print -r -- "<$found>"; builtin compadd "$@" }'
    zpty -w shell 'zstyle ":completion:*" verbose no; bindkey "^I" complete-word; PS1=READY; print go'
    zpty -r -m shell out '*go*READY*'
    zpty -w -n shell ${JSON.stringify(words.join(' '))}$'\\t'
    integer left=250
    while (( left-- > 0 )); do
      zpty -r -t shell line || { sleep 0.02; continue }
      print -r -- "$line"
      # Once something was offered, what else there is follows at once.
      [[ $line == *'<'* ]] && (( left > 10 )) && left=10
    done
    zpty -d shell`;
  const { stdout } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8', cwd: folder });
  return [...stdout.matchAll(/<(.*?)>/g)].flatMap(([, found = '']) => found.split(' ').filter(Boolean));
};

const SHELLS: readonly (readonly [string, Ask])[] = [
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
];

test('the table of commands is whole, and every option says what it does', () => {
  assert.deepEqual(
    COMMAND_LINES.map(({ name }) => name),
    Object.keys(COMMANDS),
  );
  for (const { name, options } of COMMAND_LINES)
    for (const { long, about } of options) assert.notEqual(about, '', `${name} --${long}`);
});

for (const [shell, ask] of SHELLS) {
  const skip = has(shell) ? false : `needs ${shell}`;
  const asked: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
    [['saker', 'st'], ['status'], ['alerts']],
    [['saker', 'alerts', '--pri'], ['--priority'], ['--rule']],
    [['saker', 'alerts', '--priority', 'Em'], ['Emergency'], ['Warning']],
    [['saker', 'top', '--sort', 'ti'], ['time'], ['name']],
    [['saker', '--dry'], ['--dry-run'], ['--config']],
    [['saker', 'check', 'ru'], ['rules.yaml'], ['run']],
    [['saker', 'alerts', '--file', 'ru'], ['rules.yaml'], ['--rule']],
  ];
  for (const [words, offered, not] of asked)
    test(`${shell} completes ${words.join(' ')}`, { skip }, () => {
      const found = ask(...words);
      for (const word of offered) assert.ok(found.includes(word), `${word} is missing in: ${found}`);
      for (const word of not) assert.ok(!found.includes(word), `${word} is among: ${found}`);
    });
}

const EVERY: readonly (readonly [string, Ask])[] = [
  ['bash', bash],
  ['fish', fish],
];
for (const [shell, ask] of EVERY)
  test(`${shell} offers every command and every option`, {
    skip: has(shell) ? false : `needs ${shell}`,
  }, () => {
    const commands = ask('saker', '');
    for (const { name, options } of COMMAND_LINES) {
      assert.ok(commands.includes(name), name);
      const found = ask('saker', name, '--');
      for (const { long } of options) assert.ok(found.includes(`--${long}`), `${name} --${long}`);
    }
  });
