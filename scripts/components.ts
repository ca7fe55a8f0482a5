// Everything of others that the packages ship, with version, licence and origin: read from the lock file, from the pin
// of libbpf and from Node itself. The list of licences and the SBOM are made from it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.ts';

export type Arch = 'amd64' | 'arm64';

export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** What it is for, or within what it comes. */
  readonly use: string;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  /** Of the archive that it was taken from, in hex. */
  readonly hash?: { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string };
  readonly cpe?: string;
  readonly parts?: readonly Component[];
}

interface Locked {
  readonly version: string;
  readonly integrity: string;
  readonly license: string;
}

const lock: Record<string, Locked> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;

/** What runs of a package of npm's registry, by where it is used. */
const NPM_USES: Readonly<Record<string, string>> = {
  koffi: 'calls the native library',
  '@koromix/koffi-linux-@node@': 'the native half of koffi',
  re2js: 'regular expressions in rules',
  yaml: 'reads rules and configuration',
};

/**
 * Licences of what Node is made of, by their names in process.versions; texts and copyright holders are in Node's own
 * LICENSE, which the packages hold. null: a version of data or of an interface, not of a component.
 */
const NODE_PARTS: Readonly<Record<string, string | null>> = {
  acorn: 'MIT',
  ada: 'MIT',
  amaro: 'MIT AND Apache-2.0',
  ares: 'MIT',
  brotli: 'MIT',
  cldr: null,
  icu: 'Unicode-3.0',
  libffi: 'MIT',
  lief: 'Apache-2.0',
  llhttp: 'MIT',
  merve: 'MIT',
  modules: null,
  napi: null,
  nbytes: 'MIT',
  ncrypto: 'MIT',
  nghttp2: 'MIT',
  nghttp3: 'MIT',
  ngtcp2: 'MIT',
  node: null,
  openssl: 'Apache-2.0',
  simdjson: 'Apache-2.0',
  simdutf: 'MIT',
  sqlite: 'blessing',
  tz: null,
  undici: 'MIT',
  unicode: null,
  uv: 'MIT',
  uvwasi: 'MIT',
  v8: 'BSD-3-Clause',
  zlib: 'Zlib',
  zstd: 'BSD-3-Clause',
};

function fromNpm(name: string, use: string): Component {
  const locked = lock[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}, which the packages ship`);
  const { version, integrity, license } = locked;
  const [algorithm, digest = ''] = integrity.split('-', 2);
  if (algorithm !== 'sha512') throw new Error(`package-lock.json: ${name} has no sha512`);
  const content = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
  if (content.length !== 128 || digest === '') throw new Error(`package-lock.json: ${name}: ${integrity}`);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { name, version, license, use, purl, hash: { alg: 'SHA-512', content } };
}

/** @param versions process.versions of the Node that is shipped */
export function nodeParts(versions: Readonly<Record<string, string | undefined>>): Component[] {
  return Object.entries(versions).flatMap(([name, version = '']) => {
    const license = NODE_PARTS[name];
    if (license === undefined)
      throw new Error(`scripts/components.ts: Node has a part ${name} whose licence is unknown`);
    // Parts that this Node was built without, such as QUIC's, have no version.
    if (license === null || version === '') return [];
    return { name, version, license, use: 'part of Node', purl: `pkg:generic/${name}@${version}` };
  });
}

function libbpf(): Component {
  const text = readFileSync(join(root, 'native/fetch-libbpf'), 'utf8');
  const value = (key: string): string => new RegExp(`^${key}=(.+)$`, 'm').exec(text)![1]!;
  const version = value('version');
  return {
    name: 'libbpf',
    version,
    license: 'BSD-2-Clause',
    use: 'loads BPF programs; in the native library',
    purl: `pkg:generic/libbpf@${version}`,
    hash: { alg: 'SHA-256', content: value('sha256') },
    cpe: `cpe:2.3:a:libbpf_project:libbpf:${version}:*:*:*:*:*:*:*`,
  };
}

/** All components, in the order of their names. */
export function components(arch: Arch = 'amd64'): Component[] {
  const cpu = arch === 'arm64' ? 'arm64' : 'x64';
  const node = fromNpm(`node-linux-${cpu}`, 'the runtime, inside the executable');
  const all = [
    ...Object.entries(NPM_USES).map(([name, use]) => fromNpm(name.replace('@node@', cpu), use)),
    libbpf(),
    {
      ...node,
      cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:*:*:*:*`,
      parts: nodeParts(process.versions),
    },
  ];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}
