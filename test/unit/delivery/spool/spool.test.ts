import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Spool, type SpoolOptions } from '../../../../src/delivery/spool/spool.ts';

const root = mkdtempSync(join(tmpdir(), 'saker-spool-'));
after(() => rmSync(root, { recursive: true }));

let serial = 0;
const options = (more: Partial<SpoolOptions> = {}): SpoolOptions => ({
  folder: join(root, `s${serial++}`),
  maxBytes: 64 << 20,
  maxAgeMs: 0,
  syncMs: 0,
  ...more,
});

const payloads = (from: number, count: number, size = 0): Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(`n=${from + i}`.padEnd(size, '.')));

/** Reads and acknowledges everything; the payloads without their padding. */
async function drain(spool: Spool, nowMs?: number): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const records = await spool.read(nowMs);
    if (records.length === 0) return seen;
    seen.push(...records.map((r) => Buffer.from(r.payload).toString().replace(/\.+$/, '')));
    await spool.acknowledge(records.at(-1)!.sequence);
  }
}

const names = (from: number, count: number): string[] => payloads(from, count).map(String);
const segments = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.seg'))
    .sort();

test('first in, first out; an empty spool leaves no segment', async () => {
  const o = options();
  const spool = await Spool.open(o);
  await spool.append(payloads(0, 500));
  await spool.append(payloads(500, 500));
  assert.equal(spool.pending, 1000);
  assert.deepEqual(await drain(spool), names(0, 1000));
  assert.equal(spool.pending, 0);
  await spool.close();
  assert.deepEqual(segments(o.folder), []);
  assert.equal(statSync(o.folder).mode & 0o777, 0o700);
});

test('what was not acknowledged comes again after a restart, and numbers go on', async () => {
  const o = options();
  const first = await Spool.open(o);
  await first.append(payloads(0, 10));
  const records = await first.read();
  await first.acknowledge(records[3]!.sequence);
  await first.close();
  const second = await Spool.open(o);
  assert.equal(second.pending, 6);
  await second.append(payloads(10, 1));
  assert.deepEqual(
    (await second.read()).map((r) => r.sequence),
    [5, 6, 7, 8, 9, 10],
  );
  assert.deepEqual(
    (await second.read()).map((r) => r.sequence),
    [11],
  );
  await second.close();
});

test('records larger than a read, and many segments', async () => {
  const spool = await Spool.open(options());
  await spool.append(payloads(0, 1, 9 << 20));
  for (let i = 1; i < 40; i++) await spool.append(payloads(i, 1, 400_000));
  assert.deepEqual(await drain(spool), names(0, 40));
  assert.deepEqual(spool.lost, { size: 0, age: 0, damage: 0 });
  await spool.close();
});

test('beyond its size the oldest go, and are counted', async () => {
  const spool = await Spool.open(options({ maxBytes: 1 << 20 }));
  for (let i = 0; i < 300; i++) await spool.append(payloads(i, 1, 10_000));
  assert.ok(spool.bytes <= 1 << 20);
  const { size } = spool.lost;
  assert.ok(size > 150 && size < 300, `${size} dropped`);
  assert.deepEqual(await drain(spool), names(size, 300 - size));
  await spool.close();
});

test('beyond their age records go, and are counted; a clock that was not set says nothing about age', async () => {
  const now = Date.UTC(2026, 5);
  const spool = await Spool.open(options({ maxAgeMs: 1000 }));
  await spool.append(payloads(0, 3), now - 1001);
  await spool.append(payloads(3, 2), now - 1000);
  await spool.append(payloads(5, 1), 5000);
  assert.deepEqual(await drain(spool, now), names(3, 3));
  assert.deepEqual(spool.lost, { size: 0, age: 3, damage: 0 });
  await spool.close();
});

const DAMAGE: readonly {
  name: string;
  harm(file: string): void;
  left: string[];
  lost: number;
  torn: boolean;
}[] = [
  {
    name: 'the last record is cut',
    harm: (file) => truncateSync(file, statSync(file).size - 3),
    left: names(0, 9),
    lost: 0,
    torn: true,
  },
  {
    name: 'half a header is left',
    harm: (file) => truncateSync(file, statSync(file).size - 25),
    left: names(0, 9),
    lost: 0,
    torn: true,
  },
  {
    name: 'zeros follow, as after a power cut',
    harm: (file) => appendFileSync(file, Buffer.alloc(5000)),
    left: names(0, 10),
    lost: 0,
    torn: true,
  },
  {
    name: 'a byte in the middle is another',
    harm: (file) => {
      const bytes = readFileSync(file);
      bytes.write('x', bytes.indexOf('n=4'));
      writeFileSync(file, bytes);
    },
    left: names(0, 10).filter((n) => n !== 'n=4'),
    lost: 1,
    torn: true,
  },
  {
    name: 'a length in the middle is absurd',
    harm: (file) => {
      const bytes = readFileSync(file);
      bytes.writeUInt32LE(0xffffffff, bytes.indexOf('n=4') - 24);
      writeFileSync(file, bytes);
    },
    left: names(0, 10).filter((n) => n !== 'n=4'),
    lost: 1,
    torn: true,
  },
  { name: 'the file is empty', harm: (file) => truncateSync(file, 0), left: [], lost: 0, torn: false },
];

for (const { name, harm, left, lost, torn } of DAMAGE) {
  test(`damage: ${name}: every whole record is delivered, and new ones after it`, async () => {
    const o = options();
    const before = await Spool.open(o);
    await before.append(payloads(0, 10));
    await before.close();
    harm(join(o.folder, segments(o.folder)[0]!));
    const spool = await Spool.open(o);
    assert.equal(spool.tornBytes > 0, torn);
    await spool.append(payloads(100, 2));
    assert.deepEqual(await drain(spool), [...left, ...names(100, 2)]);
    assert.equal(spool.lost.damage, lost);
    await spool.close();
  });
}

test('a spool of old records alone is empty, also after a restart', async () => {
  const now = Date.UTC(2026, 5);
  const o = options({ maxAgeMs: 1000 });
  const first = await Spool.open(o);
  await first.append(payloads(0, 3), now - 5000);
  assert.deepEqual(await first.read(now), []);
  assert.equal(first.pending, 0);
  await first.close();
  const second = await Spool.open(o);
  assert.deepEqual([second.pending, second.lost.age], [0, 0]);
  await second.close();
});

test('a segment that becomes unreadable costs its own records only', async () => {
  const o = options({ maxBytes: 80_000 });
  const spool = await Spool.open(o);
  for (let i = 0; i < 30; i++) await spool.append(payloads(i, 1, 2000));
  const [, second] = segments(o.folder);
  writeFileSync(join(o.folder, second!), Buffer.alloc(statSync(join(o.folder, second!)).size, 'S'));
  const seen = await drain(spool);
  assert.ok(seen.length < 30 && seen.length >= 24);
  assert.equal(seen.length + spool.lost.damage, 30);
  assert.equal(seen.at(-1), 'n=29');
  await spool.close();
});

for (const bytes of [Buffer.alloc(0), Buffer.from('garbage-garb'), Buffer.alloc(12, 0xff)]) {
  test(`an acknowledgement of ${bytes.length} bad bytes means delivering again`, async () => {
    const o = options();
    const before = await Spool.open(o);
    await before.append(payloads(0, 4));
    await before.acknowledge((await before.read())[1]!.sequence);
    await before.close();
    writeFileSync(join(o.folder, 'acknowledged'), bytes);
    const spool = await Spool.open(o);
    assert.deepEqual(await drain(spool), names(0, 4));
    await spool.close();
  });
}

test('a second one on the same folder is refused', async () => {
  const o = options();
  const spool = await Spool.open(o);
  await assert.rejects(Spool.open(o), /another saker uses it/);
  await spool.close();
  await (await Spool.open(o)).close();
});
