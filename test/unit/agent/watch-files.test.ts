import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  watch as realWatch,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFiles } from '../../../src/agent/watch-files.ts';
import { until } from '../delivery/alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-watch-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
mkdirSync(at('rules.d'));
mkdirSync(at('etc'));
writeFileSync(at('etc/saker.yaml'), '');

/** More than what is taken for one change. */
const SETTLED_MS = 700;

const changes: Readonly<Record<string, { readonly counts: boolean; readonly make: () => void }>> = {
  'a configured file is written': { counts: true, make: () => writeFileSync(at('etc/saker.yaml'), 'a') },
  'a configured file is replaced by rename': {
    counts: true,
    make: () => {
      writeFileSync(at('etc/new'), 'b');
      renameSync(at('etc/new'), at('etc/saker.yaml'));
    },
  },
  'the file that came by rename is written': {
    counts: true,
    make: () => writeFileSync(at('etc/saker.yaml'), 'c'),
  },
  'a file is put into a configured directory': {
    counts: true,
    make: () => writeFileSync(at('rules.d/more.yml'), ''),
  },
  'a file is removed from it': { counts: true, make: () => rmSync(at('rules.d/more.yml')) },
  'an editor leaves its own file there': {
    counts: false,
    make: () => writeFileSync(at('rules.d/.more.yml.swp'), ''),
  },
  'a log beside a configured file grows': {
    counts: false,
    make: () => writeFileSync(at('etc/saker.yaml.log'), ''),
  },
};

for (const [name, { counts, make }] of Object.entries(changes))
  test(`${name}: ${counts ? 'a reload' : 'nothing'}`, async () => {
    let seen = 0;
    const watch = watchFiles(
      () => void seen++,
      (path, reason) => assert.fail(`${path}: ${reason}`),
    );
    watch.follow([at('rules.d'), at('etc/saker.yaml')]);
    make();
    if (counts) await until(() => seen > 0);
    // Nothing more may come; of what does not count this is all there is to wait for.
    await sleep(SETTLED_MS);
    watch.stop();
    assert.equal(seen, counts ? 1 : 0);
  });

test('many changes at once are one', async () => {
  let seen = 0;
  const watch = watchFiles(
    () => void seen++,
    () => {},
  );
  watch.follow([at('rules.d')]);
  for (let i = 0; i < 50; i++) writeFileSync(at(`rules.d/${i}.yaml`), '');
  await until(() => seen > 0);
  watch.stop();
  assert.equal(seen, 1);
});

test('what cannot be watched is told once, and the others are watched', async () => {
  const told: string[] = [];
  let [seen, full] = [0, true];
  const few: typeof realWatch = ((path: string, ...rest: [never, never]) => {
    if (full && path === at('etc'))
      throw new Error('ENOSPC: System limit for number of file watchers reached');
    return realWatch(path, ...rest);
  }) as never;
  const watch = watchFiles(
    () => void seen++,
    (path) => told.push(path),
    undefined,
    few,
  );
  const both = [at('etc/saker.yaml'), at('rules.d')];
  for (let i = 0; i < 3; i++) watch.follow(both);
  assert.deepEqual(told, [at('etc')]);
  writeFileSync(at('rules.d/one.yaml'), '');
  await until(() => seen === 1);
  full = false;
  watch.follow(both);
  full = true;
  watch.follow(both);
  assert.deepEqual(told, [at('etc'), at('etc')], 'trouble that comes again is told again');
  watch.stop();
});

/** A volume as Kubernetes mounts it: files are links through a link that is exchanged by rename. */
function volume(name: string): { path: string; exchange: () => void } {
  const path = at(name);
  let version = 0;
  const exchange = (): void => {
    const folder = `..v${++version}`;
    mkdirSync(join(path, folder), { recursive: true });
    writeFileSync(join(path, folder, 'saker.yaml'), String(version));
    symlinkSync(folder, join(path, '..new'));
    renameSync(join(path, '..new'), join(path, '..data'));
  };
  exchange();
  symlinkSync('..data/saker.yaml', join(path, 'saker.yaml'));
  return { path, exchange };
}

const linked: Readonly<Record<string, () => { paths: string[]; change: () => void }>> = {
  'the target of a linked file is written': () => {
    writeFileSync(at('target.yaml'), '');
    symlinkSync(at('target.yaml'), at('link.yaml'));
    return { paths: [at('link.yaml')], change: () => writeFileSync(at('target.yaml'), 'a') };
  },
  'the link itself is exchanged': () => {
    symlinkSync(at('target.yaml'), at('other.yaml'));
    const change = () => {
      symlinkSync(at('etc/saker.yaml'), at('new-link'));
      renameSync(at('new-link'), at('other.yaml'));
    };
    return { paths: [at('other.yaml')], change };
  },
  'the volume of a configured file is exchanged': () => {
    const { path, exchange } = volume('volume');
    return { paths: [join(path, 'saker.yaml')], change: exchange };
  },
  'the volume of a configured directory is exchanged': () => {
    const { path, exchange } = volume('rules-volume');
    return { paths: [path], change: exchange };
  },
  'a directory is a link, and its files change': () => {
    symlinkSync(at('rules.d'), at('linked.d'));
    return { paths: [at('linked.d')], change: () => writeFileSync(at('rules.d/linked.yaml'), '') };
  },
  'a directory of what is configured comes to be': () => ({
    paths: [at('missing/further/file.yaml')],
    change: () => mkdirSync(at('missing')),
  }),
  'links that lead in a circle': () => {
    symlinkSync(at('circle-a'), at('circle-b'));
    symlinkSync(at('circle-b'), at('circle-a'));
    return {
      paths: [at('circle-a'), at('etc/saker.yaml')],
      change: () => writeFileSync(at('etc/saker.yaml'), 'd'),
    };
  },
};

for (const [name, prepare] of Object.entries(linked))
  test(`${name}: a reload`, async () => {
    let seen = 0;
    const { paths, change } = prepare();
    const watch = watchFiles(
      () => void seen++,
      (path, reason) => assert.fail(`${path}: ${reason}`),
    );
    watch.follow(paths);
    change();
    await until(() => seen > 0);
    watch.stop();
  });
