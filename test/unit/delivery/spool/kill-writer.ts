/** Appends numbered records, two at a time, telling each pair that is safe, until it is killed. For kill.test.ts. */
import { writeSync } from 'node:fs';
import { Spool } from '../../../../src/delivery/spool/spool.ts';

const [folder, from] = process.argv.slice(2);
const spool = await Spool.open({ folder: folder!, maxBytes: 64 << 20, maxAgeMs: 0, syncMs: 1000 });
for (let n = Number(from); ; n += 2) {
  const filler = 'x'.repeat((n * 7919) % 5000);
  await spool.append([n, n + 1].map((i) => Buffer.from(`${i} ${filler} ${i}`)));
  writeSync(1, `${n + 1}\n`);
}
