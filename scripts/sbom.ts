// build/sbom/ARCH.cdx.json: the packages' bill of materials in CycloneDX 1.6 (ECMA-424). It names no time and its serial
// number follows its content, so that the same inputs give the same file.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arch, type Component, components } from './components.ts';
import { root, writeIfOther } from './run.ts';

const licenses = (license: string) =>
  / (AND|OR) /.test(license) ? [{ expression: license }] : [{ license: { id: license } }];

function described(component: Component): object {
  const { name, version, license, use, purl, hash, cpe, parts } = component;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    description: use,
    ...(hash && { hashes: [hash] }),
    licenses: licenses(license),
    ...(cpe && { cpe }),
    purl,
    ...(parts && { components: parts.map(described) }),
  };
}

/** The document. */
export function sbom(arch: Arch): object {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const ref = `pkg:generic/saker@${version}?arch=${arch}`;
  const all = components(arch);
  const content = {
    metadata: {
      component: {
        type: 'application',
        'bom-ref': ref,
        name: 'saker',
        version,
        licenses: licenses('Apache-2.0 AND GPL-2.0-only'),
        purl: ref,
      },
    },
    components: all.map(described),
    dependencies: [
      { ref, dependsOn: all.map(({ purl }) => purl) },
      ...all.flatMap(({ purl, parts }) =>
        parts ? [{ ref: purl, dependsOn: parts.map((p) => p.purl) }] : [],
      ),
    ],
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

/** A UUID of version 8 (RFC 9562: content of one's own) from a hash. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export function buildSbom(arch: Arch): void {
  mkdirSync(join(root, 'build/sbom'), { recursive: true });
  const text = `${JSON.stringify(sbom(arch), null, 2)}\n`;
  writeIfOther(join(root, `build/sbom/${arch}.cdx.json`), Buffer.from(text));
}

if (import.meta.main) buildSbom('amd64');
