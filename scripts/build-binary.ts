// build/saker: one executable. Two bundles (main thread, engine worker) and the BPF object go into Node's own
// single-executable format. Node is stripped first: 150 → 116 MB, and stripping afterwards would break the file.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { must, node, root } from './run.ts';

const out = join(root, 'build');
const bundles = join(out, 'bundle');
const koffiNode = 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node';

// Without Maglev a burst of work on the main thread takes half the memory; what it costs is in decision 0054.
// V8's memory reducer marks the whole heap again and again while nothing happens; the agent collects what its
// start left once (src/base/collect.ts), for which it needs gc().
const v8Flags = ['--max-semi-space-size=2', '--no-memory-reducer', '--expose-gc', '--no-maglev'];

const bpfObjects = ['first', 'first-probing', 'probing', ''].map(
  (form) => `saker${form && '-'}${form}.bpf.o`,
);

const inputs = [
  'package-lock.json',
  'scripts/build-binary.ts',
  ...bpfObjects.map((name) => join('build/bpf', name)),
  'build/native/libsaker.so',
  ...readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join('src', file)),
];

/** Changes when any byte that goes into the binary changes. */
function fingerprint(): string {
  const hash = createHash('sha256').update(node);
  for (const file of inputs.sort()) {
    const path = join(root, file);
    if (statSync(path).isFile()) hash.update(file).update('\0').update(readFileSync(path));
  }
  return hash.digest('hex');
}

async function bundle(entry: string, target: string): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile: target,
    // Paths of modules get into the bundle; they are relative to this, also where node_modules is a link.
    absWorkingDir: root,
    preserveSymlinks: true,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // A bundle has no import.meta; whoever asks for it wants the place of the program itself.
    banner: { js: 'const __programUrl=require("node:url").pathToFileURL(process.execPath).href;' },
    define: {
      'import.meta.url': '__programUrl',
      'import.meta.dirname': 'undefined',
      'process.env.SAKER_VERSION': JSON.stringify(
        JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
      ),
    },
    logLevel: 'warning',
  });
}

/** Builds build/saker unless it is up to date, and build/lib, the libraries that the package puts in /usr/lib/saker. */
export async function buildBinary(): Promise<void> {
  const stamp = join(out, 'saker.stamp');
  const print = fingerprint();
  if (existsSync(join(out, 'saker')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return;
  mkdirSync(bundles, { recursive: true });
  await bundle('src/main.ts', join(bundles, 'main.cjs'));
  await bundle('src/engine/worker.ts', join(bundles, 'worker.cjs'));

  const base = join(bundles, 'node-stripped');
  if (!existsSync(base)) {
    copyFileSync(node, base);
    chmodSync(base, 0o755);
    // The compilers' .comment goes, too: putting data in moves it, and its header would point elsewhere.
    must('strip', ['-s', '-R', '.comment', base]);
  }
  // Relative paths: that of the main script goes into the file.
  const config = {
    main: 'build/bundle/main.cjs',
    output: 'build/saker',
    executable: base,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    execArgvExtension: 'none',
    // Without the last one SIGUSR1, which log rotation sends, opens Node's debugger until our handler is there. It
    // keeps the signal blocked, so that the agent has to unblock it (src/agent/run.ts).
    execArgv: [...v8Flags, '--no-warnings', '--v8-pool-size=1', '--disable-sigusr1'],
    assets: {
      'worker.cjs': 'build/bundle/worker.cjs',
      ...Object.fromEntries(bpfObjects.map((name) => [name, `build/bpf/${name}`])),
      'libsaker.so': 'build/native/libsaker.so',
      'koffi.node': koffiNode,
    },
  };
  writeFileSync(join(bundles, 'sea.json'), JSON.stringify(config, null, 2));
  // V8 takes a code cache only under the flags it was made under. Its bytes follow V8's hash seed, which is random
  // otherwise; a run seeds itself anew (--hash-seed would count as a flag, --random-seed does not).
  must(node, [...v8Flags, '--random-seed=1', '--build-sea', 'build/bundle/sea.json']);
  chmodSync(join(out, 'saker'), 0o755);
  writeFileSync(stamp, print);
}

if (import.meta.main) await buildBinary();
