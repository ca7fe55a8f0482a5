import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Fake } from './fake-sockets.ts';

/** Where the fakes of one test file listen; closed and removed when it ends. */
export const dir = mkdtempSync(join(tmpdir(), 'saker-sockets-'));
const fakes: Fake[] = [];
after(async () => {
  await Promise.all(fakes.map((fake) => fake.close()));
  rmSync(dir, { recursive: true });
});
let number = 0;
/** A path of its own for each socket. */
export const path = (): string => join(dir, `${number++}.sock`);
export const keep = async (fake: Fake | Promise<Fake>): Promise<void> => void fakes.push(await fake);

export const A = 'a'.repeat(64);
/** Short and small, for runtimes that misbehave. */
export const GRPC = { timeoutMs: 300, maxMessageBytes: 100_000, pingMs: 100 };
export const HTTP = { timeoutMs: 300, maxBytes: 100_000, maxLineBytes: 1000 };
export const asked = { fullId: A, namespace: 'default' };

/** Garbage that is the same in every run: a linear congruential generator (Numerical Recipes). */
export function random(seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length: 2000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}
