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

async function main(): Promise<number> {
  const options = parseCommandLine();
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  // The first signal ends the guest and cleans up; the exit code tells which one it was.
  const abort = new AbortController();
  let signalCode: number | undefined;
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(name, () => {
      signalCode = 128 + number;
      abort.abort();
    });
  }

  if (options.prepare) {
    const series = options.kernel === undefined ? kernelSeries : [kernelOption(options.kernel)];
    for (const kernel of series) {
      const disks = await prepareGuest(kernel, abort.signal);
      process.stderr.write(`${kernel}: ${disks.release}\n`);
    }
    return 0;
  }

  const kernel = kernelOption(options.kernel);
  if (options.command === '') throw new Error('a command is needed after --');
  const result = await runInGuest({
    kernel,
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
    signal: abort.signal,
  });
  if (result.failure !== undefined && signalCode === undefined) {
    const tail = result.console.trimEnd().split('\n').slice(-30).join('\n');
    process.stderr.write(`test/vm/run: ${result.failure}; the console's end:\n${tail}\n`);
  }
  if (options.verbose) process.stderr.write(`${JSON.stringify(result.times)}\n`);
  return signalCode ?? result.code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`test/vm/run: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = harnessFailure;
}
