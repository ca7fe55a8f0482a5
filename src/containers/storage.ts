import { readPlainFile } from '../host/plain-file.ts';
import { type ContainerFacts, noFacts } from './facts.ts';
import { parseImageName } from './image.ts';
import { parseJson } from './spec.ts';
import { cleanText, type Faults, LIMITS, member } from './text.ts';

/** 500 bytes a container. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The second holds containers that do not outlive a boot, in newer versions. */
const FILES = ['containers.json', 'volatile-containers.json'];

/**
 * Name and image of a container from the index that podman and cri-o keep (github.com/containers/storage): podman's
 * socket is off on most servers, and a bundle of podman names neither.
 *
 * @param base run or graph root @param folder `overlay-containers` and the like
 */
export function readStorageNames(
  base: string,
  folder: string,
  fullId: string,
  runtime: 'podman' | 'cri-o',
  faults: Faults,
): ContainerFacts | null {
  for (const file of FILES) {
    const content = readPlainFile(base, `${folder}/${file}`, {
      maxBytes: MAX_BYTES,
      uid: process.getuid?.() ?? 0,
    });
    if (typeof content === 'string') continue;
    const all = parseJson(content.toString('utf8'));
    const found = Array.isArray(all) ? all.find((one) => member(one, 'id') === fullId) : undefined;
    if (found === undefined) continue;
    // Metadata is JSON again, of podman's or cri-o's making.
    const metadata = parseJson(String(member(found, 'metadata') ?? ''));
    const text = (key: string): string | null => cleanText(member(metadata, key), LIMITS.text, faults);
    const image = text('image-name');
    const { repository, tag, digest } = parseImageName(image);
    return {
      ...noFacts(runtime),
      // cri-o: the name in the pod; podman: the container's
      name: text('metadata-name') ?? text('name'),
      image,
      imageId: text('image-id'),
      imageRepository: repository,
      imageTag: tag,
      imageDigest: digest,
    };
  }
  return null;
}
