import { test } from 'node:test';
import { checkFile, mutate, randomOf, seedFiles } from '../../../fuzz/rules-files.ts';

test('any text gives a load result (a small share of test/fuzz/rules-files.ts)', () => {
  const random = randomOf(20_261_122);
  const seeds = seedFiles();
  for (let number = 0; number < 1500; number++) checkFile(mutate(seeds, random));
});
