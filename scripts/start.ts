// `npm start`: builds the agent and runs it in the foreground on this host. Where the kernel cannot (the agent says
// which and why in one line), the same happens in a throwaway guest, with a demonstration attack.
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { packageAll } from './package.ts';
import { root, run } from './run.ts';

/** The agent's exit codes for "this kernel cannot" and "not with these privileges". */
const KERNEL_CANNOT = 3;
const NO_PERMISSION = 4;

await buildAll();
const status = run(join(root, 'build/saker'), [
  'run',
  ...['-c', 'packaging/etc/saker.yaml'],
  ...['-r', 'rules'],
  // In the foreground alerts are for the eyes; the host's journal and log files stay as they are.
  ...['-o', 'stdout_output.enabled=true', '-o', 'journal_output.enabled=false'],
  ...['-o', 'syslog_output.enabled=false', '-o', 'file_output.enabled=false'],
  ...process.argv.slice(2),
]);
if (status !== KERNEL_CANNOT && status !== NO_PERMISSION) process.exit(status);

process.stderr.write('saker: showing it in a throwaway guest instead (Debian 12, kernel 6.12)\n');
await packageAll();
// The guest's serial line always looks like a terminal; whether one is read at this end it cannot know.
const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined ? 'TERM=xterm' : 'NO_COLOR=1';
process.exit(
  run('test/vm/run', [
    ...['--kernel', '6.12', '--install', '--in', 'test/vm/demo'],
    '--',
    `${colour} bash /in/demonstration`,
  ]),
);
