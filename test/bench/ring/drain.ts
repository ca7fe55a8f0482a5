/**
 * ns per record for draining a full ring, in steps from the bare header to every string of an open event.
 * Run: node test/bench/ring/drain.ts [rounds]
 */
import { EventRecord } from '../../../src/decode/index.ts';
import { RingReader } from '../../../src/ring/reader.ts';
import { openRecord } from '../../unit/decode/record-bytes.ts';

const RING = 1 << 24;
const PAGE = 4096;
const rounds = Number(process.argv[2] ?? 20);

function fillRing(producer: ArrayBuffer): number {
  const bytes = new Uint8Array(producer, PAGE);
  const view = new DataView(producer, PAGE);
  let at = 0;
  let count = 0;
  for (; ; count++) {
    const record = openRecord({
      name: `/usr/lib/x86_64-linux-gnu/module-${count % 256}.so`,
      comm: `task${count % 100}`,
    });
    if (at + 8 + record.length > RING) break;
    view.setUint32(at, record.length, true);
    bytes.set(record, at + 8);
    at += 8 + record.length;
  }
  bytes.copyWithin(RING, 0, RING);
  new DataView(producer).setBigUint64(0, BigInt(at), true);
  return count;
}

const producer = new ArrayBuffer(PAGE + 2 * RING);
const count = fillRing(producer);
const event = new EventRecord(new Uint8Array(producer, PAGE, 2 * RING));
let sink = 0;

const steps: Record<string, (offset: number, length: number) => void> = {
  'header only': (_offset, length) => {
    sink += length;
  },
  validate: (offset, length) => {
    if (event.at(offset, length)) sink += event.type;
  },
  'numbers and comm': (offset, length) => {
    if (!event.at(offset, length)) return;
    sink += event.pid + event.uid + event.startNs + event.ret + event.flags + event.open.openFlags;
    sink += event.comm.text.length;
  },
  'and both names': (offset, length) => {
    if (!event.at(offset, length)) return;
    sink += event.pid + event.uid + event.startNs + event.ret + event.flags + event.open.openFlags;
    sink += event.comm.text.length + event.open.name.text.length + event.open.path.text.length;
  },
};

for (const [name, step] of Object.entries(steps)) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const reader = new RingReader(new ArrayBuffer(PAGE), producer, PAGE, RING);
    const start = process.hrtime.bigint();
    const n = reader.drain(step, count + 1);
    const ns = Number(process.hrtime.bigint() - start);
    if (n !== count) throw new Error(`${n} of ${count} records`);
    best = Math.min(best, ns / count);
  }
  console.log(`${name.padEnd(20)} ${best.toFixed(1).padStart(7)} ns/record`);
}
console.log(`${count} records of ${(RING / count).toFixed(0)} bytes, ${process.version}, ${sink > 0}`);
