import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, checkYaml, mutate, randomOf, seedFiles } from '../../../fuzz/rules-files.ts';

test('any text gives a load result (a small share of test/fuzz/rules-files.ts)', () => {
  const random = randomOf(20_261_122);
  const seeds = seedFiles();
  for (let number = 0; number < 1500; number++) checkFile(mutate(seeds, random));
});

test('our reader of plain YAML and the library agree on whatever ours takes', () => {
  const random = randomOf(8);
  const seeds = seedFiles();
  let taken = 0;
  for (let number = 0; number < 1500; number++) if (checkYaml(mutate(seeds, random))) taken++;
  assert.ok(taken > 100, `only ${taken} texts were plain`);
});
