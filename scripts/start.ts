// `npm start`: builds the agent and runs it in the foreground on this host. Where the kernel cannot (the agent says
// which and why in one line), the same happens in a throwaway guest, with a demonstration attack.
import { cpSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { root, run } from './run.ts';

/** The agent's exit codes for "this kernel cannot" and "not with these privileges". */
const KERNEL_CANNOT = 3;
const NO_PERMISSION = 4;

/** In the foreground alerts are for the eyes; journal and log files stay as they are. */
const FOREGROUND = ['stdout', 'journal', 'syslog', 'file'].flatMap((output) => [
  '-o',
  `${output}_output.enabled=${output === 'stdout'}`,
]);

await buildAll();
const chosen = process.argv.slice(2);
const status = run(join(root, 'build/saker'), [
  ...['run', '-c', 'packaging/etc/saker.yaml', '-r', 'rules'],
  ...FOREGROUND,
  ...chosen,
]);
if (status !== KERNEL_CANNOT && status !== NO_PERMISSION) process.exit(status);

process.stderr.write('saker: showing it in a throwaway guest instead (Debian 12, kernel 6.12)\n');
// The guest's serial line always looks like a terminal; whether one is read at this end it cannot know.
const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined ? 'TERM=xterm' : 'NO_COLOR=1';
process.exit(
  run('test/vm/run', [
    ...['--kernel', '6.12', '--in', folderForGuest()],
    ...['--', `${colour} bash /in/demonstration ${FOREGROUND.join(' ')}`],
  ]),
);

/** The binary, its configuration and rules, and the script of the demonstration. */
function folderForGuest(): string {
  const folder = join(root, 'build/demonstration');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  linkSync(join(root, 'build/saker'), join(folder, 'saker'));
  cpSync(join(root, 'packaging/etc/saker.yaml'), join(folder, 'saker.yaml'));
  cpSync(join(root, 'rules'), join(folder, 'rules'), { recursive: true });
  cpSync(join(root, 'test/vm/demo/demonstration'), join(folder, 'demonstration'));
  return folder;
}
