import { basename } from 'node:path';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { nearest } from '../base/suggest.ts';
import { VERSION } from '../base/version.ts';
import type { Command, Io } from './io.ts';
import { writeErr, writeOut } from './write.ts';

/** One row per command: what it is for, and where it lives. Loaded only when it is called. */
export const COMMANDS: Readonly<Record<string, { about: string; load: () => Promise<Command> }>> = {
  run: {
    about: 'watch this host and write alerts (the default; takes Falco’s flags)',
    load: async () => (await import('./run.ts')).runCommand,
  },
  check: {
    about: 'check rules files: saker check FILE... [--json]',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  rules: {
    about: 'describe rules: saker rules [FILE...] [--json]',
    load: async () => (await import('./rules.ts')).rulesCommand,
  },
  top: {
    about: 'what each rule costs, live: saker top [--sort KEY] [--once] [--json]',
    load: async () => (await import('./top.ts')).topCommand,
  },
  alerts: {
    about: 'alerts of this host: saker alerts [--since 2h] [--rule NAME] [--follow] [--summary] [--json]',
    load: async () => (await import('./alerts/index.ts')).alertsCommand,
  },
  doctor: {
    about: 'what is wrong with this machine, the configuration and the agent: saker doctor [--json]',
    load: async () => (await import('./doctor/index.ts')).doctorCommand,
  },
  support: {
    about: 'one JSON with all that a helper asks for, without secrets: saker support',
    load: async () => (await import('./support.ts')).supportCommand,
  },
  status: {
    about: 'what the running agent sees and how: saker status [--json]',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  fields: {
    about: 'list the fields that conditions and outputs may use: saker fields [--json]',
    load: async () => (await import('./fields.ts')).fieldsCommand,
  },
  try: {
    about: 'evaluate a condition on events: saker try EXPR --events FILE.jsonl [--json]',
    load: async () => (await import('./try.ts')).tryCommand,
  },
  test: {
    about: 'run the tests beside rules: saker test PATH...',
    load: async () => (await import('./test.ts')).testCommand,
  },
};

/**
 * The program. A first argument that is no command but a flag, or none at all, means `run`: so does a link named
 * falco, whose users type flags only.
 *
 * @param calledAs the name the program was started by
 */
export async function main(calledAs: string, args: readonly string[]): Promise<number> {
  const io: Io = { out: writeOut, err: writeErr };
  const [name] = args;
  const asFalco = basename(calledAs) === 'falco';
  if (!asFalco && (name === 'help' || name === '--help' || name === '-h')) {
    io.out(usage());
    return 0;
  }
  if (!asFalco && name === 'version') {
    io.out(`saker ${VERSION}\n`);
    return 0;
  }
  const command = name === undefined || name.startsWith('-') || asFalco ? 'run' : name;
  const entry = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (entry === undefined) {
    const near = nearest(command, Object.keys(COMMANDS));
    const advice = near === null ? 'see saker --help' : `did you mean ${near}?`;
    io.err(`saker: no such command: ${printable(command)} — ${advice}\n`);
    return EXIT_CODE.usage;
  }
  if (command === name && !asFalco && command !== 'run' && (args[1] === '--help' || args[1] === '-h')) {
    const { commandHelp } = await import('./help.ts');
    io.out(commandHelp(command, entry.about));
    return 0;
  }
  const run = await entry.load();
  return run(command === name && !asFalco ? args.slice(1) : args, io);
}

function usage(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`);
  return `saker ${VERSION}: runtime security for Linux hosts\n\nusage: saker COMMAND [arguments]\n\n${rows.join('\n')}\n  version  print the version\n`;
}
