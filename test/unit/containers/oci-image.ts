import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two empty blocks: a tar archive without a single file. */
export const EMPTY_LAYER = Buffer.alloc(1024);

/**
 * Writes `dir/image.tar`, an OCI layout with one image of one layer, as `ctr images import` and `podman load` take it.
 *
 * @returns the digest of the manifest, which runtimes show as the image's
 */
export function writeImage(dir: string, name: string, layerTar: Buffer, command: readonly string[]): string {
  const layout = join(dir, 'layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const blob = (mediaType: string, content: string | Buffer) => {
    const bytes = Buffer.from(content);
    const digest = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(layout, 'blobs/sha256', digest), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const layer = blob('application/vnd.oci.image.layer.v1.tar', layerTar);
  const settings = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: command, Env: ['PATH=/bin'], Labels: { vendor: 'acme' } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const config = blob('application/vnd.oci.image.config.v1+json', JSON.stringify(settings));
  const manifest = blob(
    'application/vnd.oci.image.manifest.v1+json',
    JSON.stringify({ schemaVersion: 2, config, layers: [layer] }),
  );
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  execFileSync('tar', ['-C', layout, '-cf', join(dir, 'image.tar'), '.']);
  return manifest.digest;
}
