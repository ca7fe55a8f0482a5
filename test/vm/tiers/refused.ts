/**
 * Runs in a guest: one program of the object is spoilt, so that the kernel's verifier refuses it. Prints one line of
 * JSON: whether its events come all the same, and what the probes say.
 */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { EventRecord } from '../../../src/decode/index.ts';
import { kernelFunctions, openNative, readObjects, startProbes } from '../../../src/kernel/index.ts';
import { mapRing, openRing } from '../../../src/ring/index.ts';
import * as r from '../../../src/schema/record.generated.ts';

const root = new URL('../../..', import.meta.url);
const SPOILT = 'fexit/__x64_sys_rmdir';

/** The object with the first instruction of one section replaced by a call of a helper that no kernel has. */
function spoil(image: Buffer): Buffer {
  const headers = Number(image.readBigUInt64LE(40));
  const size = image.readUInt16LE(58);
  const names = Number(image.readBigUInt64LE(headers + image.readUInt16LE(62) * size + 24));
  for (let i = 0; i < image.readUInt16LE(60); i++) {
    const header = headers + i * size;
    const name = names + image.readUInt32LE(header);
    if (image.toString('latin1', name, image.indexOf(0, name)) !== SPOILT) continue;
    image.set([0x85, 0, 0, 0, 0xff, 0xff, 0, 0], Number(image.readBigUInt64LE(header + 24)));
    return image;
  }
  throw new Error(`no section ${SPOILT}`);
}

const native = openNative();
const functions = kernelFunctions(native);
const images = readObjects(functions, (name) => readFileSync(new URL(`build/bpf/${name}`, root)));
const notices: string[] = [];
const probes = await startProbes(native, new Set(['rmdir', 'mkdir']), new Set(), {
  images: { ...images, all: spoil(Buffer.from(images.all)) },
  ringBytes: 1 << 20,
  ownPid: 1,
  threads: false,
  functions,
  onNotice: ({ text }) => void notices.push(text),
});
await probes.settled();
const ring = openRing(native, mapRing(native, probes.ringFd, probes.ringBytes), native.saker_event_open());
const view = new EventRecord(ring.memory);
mkdirSync('/tmp/one');
rmdirSync('/tmp/one');
const seen: string[] = [];
const take = (event: EventRecord): void => {
  if (event.layout === r.LAYOUT_CALL && event.call.name.text === '/tmp/one') seen.push(event.typeName);
};
while (ring.drain((offset, length) => view.at(offset, length) && take(view), 1000) > 0);
const state = probes.state();
const tiers = ['rmdir', 'mkdir'].map((name) => state.types.find(({ type }) => type === name)?.parts[0]);
await probes.close();
console.log(JSON.stringify({ seen, tiers, dispatching: state.dispatching, notices }));
