import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, readPlainFile } from '../host/plain-file.ts';
import { MAX_BUNDLE_BYTES } from './bundle.ts';
import type { ContainerFacts } from './facts.ts';
import type { Asked, Source, SourceEvent } from './source.ts';
import { parseJson } from './spec.ts';
import { member } from './text.ts';

/**
 * Folders of root's containers, for services to follow. Other storage drivers than this are rare; their containers
 * are read when they run.
 */
export const STORED_FOLDERS: readonly string[] = ['/var/lib/containers/storage/overlay-containers'];

/** Ids of podman and cri-o; the folder's index and locks have other names. */
const ID = /^[0-9a-f]{64}$/;
/** podman writes the bundle some 25 ms after it made the container's folder, and starts it some 50 ms later. */
const FIRST_LOOK_MS = 4;
/** Looks a quarter further apart each time see the bundle before as much time again is over, in slow machines too. */
const LATER = 1.25;
/** A container that was only made is read when it runs. */
const LAST_LOOK_MS = 1000;
/** Containers being made at a time; others are read when they run. */
const MAX_MAKING = 256;

/**
 * Containers of root's podman, told by the folder in which its storage keeps them (github.com/containers/storage), as
 * soon as their bundles are written: podman's socket is usually off, and a short one that ran with `--rm` has left
 * nothing when its first event is seen. Facts are read from bundle and index (bundle.ts), so look-ups give nothing.
 */
export class StoredSource implements Source {
  readonly name: string;
  readonly socketPath: string;
  readonly #folder: string;
  #making = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.socketPath = folder;
    this.name = `podman ${folder}`;
  }

  lookup(): Promise<ContainerFacts | null> {
    return Promise.resolve(null);
  }

  /** Those that run are asked for when their processes are seen. */
  list(): Promise<readonly Asked[]> {
    return Promise.resolve([]);
  }

  async watch(onOpen: () => void, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const identity = identityOf(this.#folder);
    const seen = (name: string | null): void => {
      // The folder itself was removed; another one may have come already.
      if (identityOf(this.#folder) !== identity) ended.resolve();
      if (name === null || !ID.test(name)) return;
      if (!existsSync(join(this.#folder, name))) onEvent({ kind: 'removed', fullId: name, namespace: null });
      else void this.#made(name, onEvent, signal);
    };
    const watcher = watch(this.#folder, { persistent: false, signal }, (_, name) => seen(name));
    watcher.on('error', ended.reject);
    watcher.on('close', ended.resolve);
    onOpen();
    try {
      await ended.promise;
    } finally {
      watcher.close();
    }
  }

  close(): void {
    // A watch ends by its signal.
  }

  async #made(fullId: string, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void> {
    if (this.#making >= MAX_MAKING) return;
    this.#making++;
    for (let pauseMs = FIRST_LOOK_MS; pauseMs < LAST_LOOK_MS && !signal.aborted; pauseMs *= LATER) {
      if (this.#hasBundle(fullId)) {
        onEvent({ kind: 'created', fullId, namespace: null });
        break;
      }
      if (!existsSync(join(this.#folder, fullId))) break;
      await sleep(pauseMs, undefined, { ref: false });
    }
    this.#making--;
  }

  /** There, whole (it is written in pieces), and not of cri-o, which shares the folder and tells of its own. */
  #hasBundle(fullId: string): boolean {
    const limits = { maxBytes: MAX_BUNDLE_BYTES, uid: process.getuid?.() ?? 0 };
    const content = readPlainFile(this.#folder, `${fullId}/userdata/config.json`, limits);
    if (typeof content === 'string') return false;
    const spec = parseJson(content.toString('utf8'));
    return (
      spec !== undefined && member(spec, 'annotations', 'io.kubernetes.cri-o.ContainerType') === undefined
    );
  }
}
