import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, SCHEMA } from '../../../src/config/index.ts';
import { NOT_USED } from '../../../src/config/later.ts';
import { type Shape, ShapeReader } from '../../../src/config/shape.ts';
import { toTree, wholeFile } from '../../../src/config/tree.ts';

function* keyPaths(shape: Shape, path: string): Generator<string> {
  if (shape.kind !== 'section') return;
  for (const [key, inner] of Object.entries(shape.keys)) {
    yield path + key;
    yield* keyPaths(inner, `${path}${key}.`);
  }
}

test('every key has a default and every default is valid for its key', () => {
  const reader = new ShapeReader((path) => assert.fail(`default without a key: ${path}`));
  assert.deepEqual(reader.read(toTree(DEFAULTS, wholeFile('defaults')), SCHEMA, {}, ''), DEFAULTS);
  assert.deepEqual(reader.problems, []);
});

test('no key is both used and listed as not used', () => {
  const used = new Set(keyPaths(SCHEMA, ''));
  assert.deepEqual(
    Object.keys(NOT_USED).filter((path) => used.has(path)),
    [],
  );
});
