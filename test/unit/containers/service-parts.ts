import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Containers } from '../../../src/containers/cache.ts';
import type { ContainerNews } from '../../../src/containers/messages.ts';
import { ContainerService, type ServiceOptions } from '../../../src/containers/service.ts';
import type { ContainerSettings, EngineName } from '../../../src/containers/settings.ts';

/** Of this test file. */
export const dir = mkdtempSync(join(tmpdir(), 'saker-service-'));
after(() => rmSync(dir, { recursive: true }));
let number = 0;
export const path = (): string => join(dir, `${number++}.sock`);
export const hex = (digit: string): string => digit.repeat(64);
export const A = hex('a');

function settings(sockets: Partial<Record<EngineName, string>>): ContainerSettings {
  const engine = (name: EngineName) => ({ enabled: true, sockets: name in sockets ? [sockets[name]!] : [] });
  return {
    labelMaxBytes: 100,
    engines: {
      docker: engine('docker'),
      podman: engine('podman'),
      containerd: engine('containerd'),
      cri: engine('cri'),
    },
  };
}

/** Service and cache as the two threads have them, without the threads. */
export function start(
  t: TestContext,
  sockets: Partial<Record<EngineName, string>>,
  more: ServiceOptions = {},
) {
  const containers = new Containers();
  const news: ContainerNews[] = [];
  const warnings: string[] = [];
  const service = new ContainerService(
    settings(sockets),
    {
      send: (some) => {
        news.push(...some);
        containers.apply(structuredClone(some), 0);
      },
      warn: (text) => warnings.push(text),
    },
    {
      bundles: { containerd: [], storage: [] },
      storedFolders: [],
      times: { firstPauseMs: 10, lastPauseMs: 40 },
      ...more,
    },
  );
  service.start();
  t.after(() => service.stop());
  const ask = (cgroup: string) => {
    const container = containers.of(cgroup, 0)!;
    service.ask(containers.takeAsks(0));
    return container;
  };
  return { containers, service, news, warnings, ask };
}

/** Far above what any of these takes; only for a test that fails. */
export const LIMIT = { timeout: 60_000 };

/** Ends when it is so, or with the test. */
export async function until(t: TestContext, holds: () => boolean): Promise<void> {
  while (!holds()) {
    t.signal.throwIfAborted();
    await sleep(5);
  }
}

const inspection = (id: string, name: string): string =>
  JSON.stringify({ Id: id, Name: `/${name}`, Config: { Image: 'nginx:1' }, HostConfig: {} });

/** A docker that has some containers; its events are written to the streams in `watchers`. */
export function docker(
  names: ReadonlyMap<string, string>,
  watchers: Set<{ write: (text: string) => void }>,
): RequestListener {
  return (request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/events')) {
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
      response.flushHeaders();
      return;
    }
    if (url.startsWith('/containers/json')) {
      response.end(JSON.stringify([...names.keys()].map((Id) => ({ Id }))));
      return;
    }
    const id = /^\/containers\/([^/]+)\/json$/.exec(url)?.[1] ?? '';
    const name = names.get(id);
    response.statusCode = name === undefined ? 404 : 200;
    response.end(name === undefined ? '{}' : inspection(id, name));
  };
}
