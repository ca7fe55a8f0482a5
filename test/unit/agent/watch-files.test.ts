import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

test('what cannot be watched is told, and the others are watched', async () => {
  const told: string[] = [];
  let seen = 0;
  const watch = watchFiles(
    () => void seen++,
    (path) => told.push(path),
  );
  watch.follow([at('missing/file.yaml'), at('rules.d')]);
  assert.deepEqual(told, [at('missing')]);
  writeFileSync(at('rules.d/one.yaml'), '');
  await until(() => seen === 1);
  watch.stop();
});
