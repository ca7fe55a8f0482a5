import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../../src/base/interning.ts';
import type { Atom } from '../../../../src/rules/compile/atoms.ts';
import type { TextMask } from '../../../../src/rules/compile/text-mask.ts';
import { createVerdicts } from '../../../../src/rules/compile/verdicts.ts';
import { createRandom } from '../../../fuzz/random-conditions.ts';

const LETTERS = 'abcd';

function someAtoms(): Atom[] {
  const atoms: Atom[] = [];
  for (const one of LETTERS) {
    atoms.push({ test: (text) => text === one, lookup: { by: 'whole', literals: [one], negated: false } });
    atoms.push({ test: (text) => text !== one, lookup: { by: 'whole', literals: [one], negated: true } });
    atoms.push({ test: (text) => text.includes(one), lookup: null });
    for (const two of LETTERS) {
      const pair = one + two;
      const literals = [pair, one];
      atoms.push({ test: (text) => text.startsWith(one), lookup: { by: 'start', literals, negated: false } });
      atoms.push({
        test: (text) => text.endsWith(pair),
        lookup: { by: 'end', literals: [pair], negated: false },
      });
    }
  }
  return atoms;
}

test('answers and masks are right in a block of any size, also when it is full within an event', () => {
  const random = createRandom(3);
  const atoms = someAtoms();
  const words = 3;
  const masks = (['all', 'any', 'all'] as const).map(
    (combine, field): TextMask => ({
      field,
      combine,
      conditions: Array.from({ length: 40 }, () => {
        const [a, b] = [random(atoms.length), random(atoms.length)];
        const rules = new Int32Array(words);
        rules[random(words)] = 1 << random(32);
        return { atoms: [a, b], rules, holds: (answer) => answer(a) && !answer(b) };
      }),
    }),
  );
  const expected = ({ combine, conditions }: TextMask, answer: (atom: number) => boolean) => {
    const region = new Int32Array(words).fill(combine === 'all' ? -1 : 0);
    for (const { holds, rules } of conditions) {
      for (let at = 0; at < words; at++) {
        if (combine === 'all' && !holds(answer)) region[at]! &= ~rules[at]!;
        if (combine === 'any' && holds(answer)) region[at]! |= rules[at]!;
      }
    }
    return [...region];
  };
  for (const size of [0, 40, 100, 1000, 1 << 20]) {
    const verdicts = createVerdicts(atoms, masks, words, size);
    const texts = Array.from(
      { length: 30 },
      () => new Interned(Array.from({ length: random(4) }, () => LETTERS[random(4)]).join('')),
    );
    for (let round = 0; round < 400; round++) {
      if (round % 7 === 0) verdicts.makeRoom();
      const text = random(9) === 0 ? null : texts[random(texts.length)]!;
      const answer = (atom: number) => text !== null && atoms[atom]!.test(text.text);
      const atom = random(atoms.length);
      assert.equal(verdicts.has(text, atom), answer(atom));
      const mask = random(masks.length);
      const known = verdicts.memory[verdicts.directory(text) + 1 + mask]!;
      const place = known === 0 ? verdicts.addMask(text, mask) : known;
      assert.deepEqual([...verdicts.memory.subarray(place, place + words)], expected(masks[mask]!, answer));
    }
  }
});
