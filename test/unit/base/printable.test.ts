import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from '../../../src/base/printable.ts';

const cases: [name: string, text: string, shown: string][] = [
  ['plain text and other scripts stay', 'naïve 日本 🦅 C:\\x', 'naïve 日本 🦅 C:\\x'],
  ['line ends', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['terminal escapes', '\u001b[2J\u009b31m\u0007', '\\x1b[2J\\x9b31m\\x07'],
  ['DEL and NUL', 'a\u007fb\0', 'a\\x7fb\\x00'],
  ['bidirectional override', 'exe\u202egnp.sh', 'exe\\u202egnp.sh'],
  ['line separator', 'a\u2028b', 'a\\u2028b'],
];
for (const [name, text, shown] of cases) {
  test(`printable: ${name}`, () => assert.equal(printable(text), shown));
}

test('printableJson keeps the meaning of every string and leaves no unsafe character', () => {
  const value = { a: 'x\u007f\u009b\u202e\u2028\n\u001b', 'k\u0085': [1, 'ok'] };
  const line = printableJson(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(line), value);
  assert.equal(printable(line), line);
});
