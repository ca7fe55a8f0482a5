import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { Derived, directoryName, fileName, normalPath } from '../../../src/engine/paths.ts';

const rows: [given: string, normal: string][] = [
  ['/etc/shadow', '/etc/shadow'],
  ['/etc//shadow', '/etc/shadow'],
  ['/etc/./shadow', '/etc/shadow'],
  ['/tmp/../etc/shadow', '/etc/shadow'],
  ['/../../etc/shadow', '/etc/shadow'],
  ['/etc/shadow/', '/etc/shadow'],
  ['/etc/..', '/'],
  ['/etc/.', '/etc'],
  ['/', '/'],
  ['//', '/'],
  ['/a/..b/...', '/a/..b/...'],
  ['relative/../x', 'relative/../x'],
  ['', ''],
];
for (const [given, normal] of rows) {
  test(`${JSON.stringify(given)} is ${JSON.stringify(normal)}`, () =>
    assert.equal(normalPath(given), normal));
}

test('file and directory names', () => {
  assert.equal(fileName('/etc/shadow'), 'shadow');
  assert.equal(directoryName('/etc/shadow'), '/etc');
  assert.equal(directoryName('/shadow'), '/');
  assert.equal(fileName('/'), '');
});

test('a derived text is made once, and is the source itself when nothing changes', () => {
  let calls = 0;
  const upper = new Derived((text) => {
    calls++;
    return text.toUpperCase();
  });
  const a = new Interned('abc');
  assert.equal(upper.of(a), upper.of(a));
  assert.equal(upper.of(a).text, 'ABC');
  const same = new Interned('X');
  assert.equal(upper.of(same), same);
  assert.equal(calls, 2);
});
