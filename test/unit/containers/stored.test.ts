import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SourceEvent } from '../../../src/containers/source.ts';
import { StoredSource } from '../../../src/containers/stored.ts';
import { A, dir, hex, LIMIT, start, until } from './service-parts.ts';

/** podman's storage, followed where nobody listens at its socket; written as podman 4.3 and cri-o 1.3x do. */

const SPEC = { linux: { maskedPaths: ['/proc/kcore'] }, mounts: [] };
const METADATA = { 'image-name': 'docker.io/acme/tool:1.2', 'image-id': 'd'.repeat(64), name: 'web' };

let number = 0;
/** A graph root with the folder of its containers. */
function storage() {
  const base = join(dir, `graph${number++}`);
  const folder = join(base, 'overlay-containers');
  mkdirSync(folder, { recursive: true });
  return {
    base,
    folder,
    index: (...ids: string[]): void => {
      const all = ids.map((id) => ({ id, names: ['web'], metadata: JSON.stringify(METADATA) }));
      const next = join(folder, '.tmp-containers.json1');
      writeFileSync(next, JSON.stringify(all));
      renameSync(next, join(folder, 'containers.json'));
    },
    /** @returns where its bundle's specification goes */
    make: (id: string): string => {
      mkdirSync(join(folder, id, 'userdata'), { recursive: true });
      return join(folder, id, 'userdata/config.json');
    },
    remove: (id: string): void => rmSync(join(folder, id), { recursive: true }),
  };
}

/** The events of a folder, from now to the end of the test. */
function follow(t: TestContext, folder: string): string[] {
  const events: string[] = [];
  const stop = new AbortController();
  const onEvent = ({ kind, fullId }: SourceEvent): void => void events.push(`${kind} ${fullId[0]}`);
  const watching = new StoredSource(folder).watch(() => {}, onEvent, stop.signal);
  t.after(async () => {
    stop.abort();
    await watching;
  });
  return events;
}

test('a container of podman is known before anything asks, and after it is removed', LIMIT, async (t) => {
  const { base, folder, index, make, remove } = storage();
  const bundles = { containerd: [], storage: [base] };
  const { containers, service } = start(t, {}, { bundles, storedFolders: [folder] });
  await until(t, () => service.stats().sources[`podman ${folder}`]?.connects === 1);
  index(A);
  writeFileSync(make(A), JSON.stringify(SPEC));
  await until(t, () => containers.stats().known === 1);
  index();
  remove(A);
  await until(t, () => service.stats().sources[`podman ${folder}`]?.events === 2);
  // Its first event comes only now.
  const { name, image, privileged, runtime } = containers.of(`/machine.slice/libpod-${A}.scope`, 0)!.facts!;
  assert.deepEqual([name, image, privileged, runtime], ['web', METADATA['image-name'], false, 'podman']);
  assert.deepEqual(containers.takeAsks(0), []);
  containers.takeAsks(1e9);
  assert.equal(containers.stats().known, 0);
});

test('a bundle is told once it is whole', LIMIT, async (t) => {
  const { folder, make } = storage();
  const events = follow(t, folder);
  const file = make(A);
  writeFileSync(file, JSON.stringify(SPEC).slice(0, -5));
  writeFileSync(make(hex('b')), JSON.stringify(SPEC));
  await until(t, () => events.length === 1);
  assert.deepEqual(events, ['created b']);
  writeFileSync(file, JSON.stringify(SPEC));
  await until(t, () => events.length === 2);
  assert.deepEqual(events, ['created b', 'created a']);
});

test("cri-o's containers, other names, and bundles that are none are passed over", LIMIT, async (t) => {
  const { folder, make } = storage();
  const events = follow(t, folder);
  writeFileSync(
    make(hex('c')),
    JSON.stringify({ ...SPEC, annotations: { 'io.kubernetes.cri-o.ContainerType': 'container' } }),
  );
  writeFileSync(make('not-an-id'), JSON.stringify(SPEC));
  writeFileSync(make(hex('d')), '');
  truncateSync(join(folder, hex('d'), 'userdata/config.json'), 100 << 20);
  symlinkSync('/proc/self/status', make(hex('e')));
  mkdirSync(make(hex('f')));
  writeFileSync(make(A), JSON.stringify(SPEC));
  await until(t, () => events.length > 0);
  assert.deepEqual(events, ['created a']);
});

test('a storage that is made later, removed and made again', LIMIT, async (t) => {
  const { base, folder, index, make } = storage();
  rmSync(base, { recursive: true });
  const bundles = { containerd: [], storage: [base] };
  const { containers, service, warnings } = start(t, {}, { bundles, storedFolders: [folder] });
  for (const [round, id] of [A, hex('b')].entries()) {
    mkdirSync(folder, { recursive: true });
    await until(t, () => service.stats().sources[`podman ${folder}`]?.connects === round + 1);
    index(id);
    writeFileSync(make(id), JSON.stringify(SPEC));
    await until(t, () => containers.of(`/libpod_parent/libpod-${id}`, 0)?.state === 'known');
    rmSync(base, { recursive: true });
  }
  assert.deepEqual(warnings, []);
});
