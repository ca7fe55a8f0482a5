// Command line of the guest harness: arguments → runInGuest → the command's output and exit code.
// Its own failures exit with 125 and a message, as `timeout` and `env` do, so that codes of CMD stay apart.

import { parseArgs } from 'node:util';
import { isKernelSeries, kernelSeries, prepareGuest } from './cache.ts';
import { harnessFailure, runInGuest } from './guest.ts';

const usage = `usage: test/vm/run --kernel ${kernelSeries.join('|')} [options] -- CMD...
       test/vm/run --prepare [--kernel K]

Boots a clean Debian 12 guest, runs CMD (joined by blanks) as root under bash, prints its stdout and stderr,
exits with its code; ${harnessFailure} when the guest gave none.

  --install      install build/packages/*.deb first
  --mini         no systemd: the kernel, the usual mounts, CMD
  --icount       one processor whose clock counts instructions (1 ns = 1 instruction)
  --in DIR       content of DIR appears in /in, CMD's working folder (repeatable)
  --out DIR      what CMD leaves in /out is written to DIR
  --timeout S    end the guest after S seconds (default 300)
  --append STR   more for the kernel's command line
  --mem MB       memory of the guest (default 2048)
  --prepare      only build what is missing in the cache
  -v, --verbose  tell times on stderr
`;

function parseCommandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kernel: { type: 'string' },
      install: { type: 'boolean', default: false },
      mini: { type: 'boolean', default: false },
      icount: { type: 'boolean', default: false },
      in: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      timeout: { type: 'string', default: '300' },
      append: { type: 'string', default: '' },
      mem: { type: 'string', default: '2048' },
      prepare: { type: 'boolean', default: false },
      verbose: { type: 'boolean', short: 'v', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, command: positionals.join(' ') };
}

function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text}: a number above 0 is needed`);
  return value;
}

function kernelOption(text: string | undefined) {
  if (text !== undefined && isKernelSeries(text)) return text;
  throw new Error(`--kernel ${text ?? '(missing)'}: one of ${kernelSeries.join(', ')} is needed`);
}

async function prepare(kernel: string | undefined, signal: AbortSignal): Promise<number> {
  const series = kernel === undefined ? kernelSeries : [kernelOption(kernel)];
  for (const one of series) {
    const disks = await prepareGuest(one, signal);
    process.stdout.write(`${one}: ${disks.release}\n`);
  }
  return 0;
}

async function run(options: ReturnType<typeof parseCommandLine>, signal: AbortSignal): Promise<number> {
  if (options.command === '') throw new Error('a command is needed after --');
  const result = await runInGuest({
    kernel: kernelOption(options.kernel),
    command: options.command,
    install: options.install,
    mini: options.mini,
    icount: options.icount,
    inDirs: options.in,
    ...(options.out === undefined ? {} : { outDir: options.out }),
    timeoutS: positiveNumber('timeout', options.timeout),
    append: options.append,
    memoryMib: positiveNumber('mem', options.mem),
    onOutput: (chunk) => process.stdout.write(chunk),
    signal,
  });
  if (result.failure !== undefined && !signal.aborted) {
    const tail = result.console.trimEnd().split('\n').slice(-30).join('\n');
    process.stderr.write(`test/vm/run: ${result.failure}; the console's end:\n${tail}\n`);
  }
  if (options.verbose) process.stderr.write(`${JSON.stringify(result.times)}\n`);
  return result.code;
}

// The first signal ends the guest and cleans up; a second one is deadly, and qemu dies with its parent.
const abort = new AbortController();
let signalNumber = 0;
function stop(number: number): void {
  signalNumber = number;
  abort.abort();
}
process.once('SIGHUP', () => stop(1));
process.once('SIGINT', () => stop(2));
process.once('SIGTERM', () => stop(15));
process.stdout.once('error', () => stop(13)); // the reader of the output has gone, as in `run ... | head -1`

try {
  const options = parseCommandLine();
  if (options.help) process.stdout.write(usage);
  else if (options.prepare) process.exitCode = await prepare(options.kernel, abort.signal);
  else process.exitCode = await run(options, abort.signal);
} catch (error) {
  process.exitCode = harnessFailure;
  if (!abort.signal.aborted) {
    process.stderr.write(`test/vm/run: ${error instanceof Error ? error.message : error}\n`);
  }
}
if (signalNumber !== 0) process.exitCode = 128 + signalNumber;
