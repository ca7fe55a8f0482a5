import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FactMap, factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import { compileOutput, escapeLine, parseOutput } from '../../../../src/rules/output/index.ts';
import { syscallCatalogue } from '../../../../src/schema/fields.ts';

function compiled(format: string) {
  const parsed = parseOutput(format, syscallCatalogue);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return compileOutput(parsed.format, factMapSource);
}
const text = (format: string, facts: FactMap): string => compiled(format).text(factEvent(facts));

const TABLE: { name: string; format: string; facts: FactMap; text: string }[] = [
  { name: 'longest field name', format: '*%proc.names', facts: { 'proc.name': 'a' }, text: 'as' },
  { name: 'argument', format: '*%proc.aname[2]!', facts: { 'proc.aname[2]': 'sh' }, text: 'sh!' },
  {
    name: 'dotted argument',
    format: '*%evt.arg.flags',
    facts: { 'evt.arg.flags': 'O_RDONLY' },
    text: 'O_RDONLY',
  },
  { name: 'no argument there', format: '*%fd.name[1]', facts: { 'fd.name': '/x' }, text: '/x[1]' },
  { name: 'width pads', format: '*[%6proc.name]', facts: { 'proc.name': 'abc' }, text: '[abc   ]' },
  { name: 'width cuts', format: '*[%2proc.name]', facts: { 'proc.name': 'abc' }, text: '[ab]' },
  { name: 'width of a missing value', format: '*[%6proc.name]', facts: {}, text: '[<NA>  ]' },
  { name: 'ancestors', format: '*%proc.aname', facts: { 'proc.aname': ['sh', 'sshd'] }, text: 'sh sshd' },
  { name: 'list', format: '*%fd.types', facts: { 'fd.types': ['f', 'd'] }, text: '(f,d)' },
  { name: 'number', format: '*%proc.pid', facts: { 'proc.pid': 7 }, text: '7' },
  {
    name: 'large number',
    format: '*%proc.pid.ts',
    facts: { 'proc.pid.ts': 1700000000123456789n },
    text: '1700000000123456789',
  },
  { name: 'truth', format: '*%evt.failed', facts: { 'evt.failed': false }, text: 'false' },
  { name: 'IPv4', format: '*%fd.cip', facts: { 'fd.cip': '10.0.0.1' }, text: '10.0.0.1' },
  {
    name: 'IPv6',
    format: '*%fd.cip',
    facts: { 'fd.cip': '2001:db8:0:0:1:0:0:1' },
    text: '2001:db8::1:0:0:1',
  },
  { name: 'mapped IPv4', format: '*%fd.cip', facts: { 'fd.cip': '::ffff:102:304' }, text: '::ffff:1.2.3.4' },
  { name: 'all zeros', format: '*%fd.cip', facts: { 'fd.cip': '::' }, text: '::' },
  { name: 'both ends have no value', format: '*%fd.ip', facts: { 'fd.cip': '10.0.0.1' }, text: '<NA>' },
  {
    name: 'quotes and backslash',
    format: '*"%proc.name"',
    facts: { 'proc.name': 'a"b\\c' },
    text: '\\"a\\"b\\\\c\\"',
  },
  {
    name: 'line ends',
    format: '*%proc.name',
    facts: { 'proc.name': 'a\nb\r\u2028c' },
    text: 'a\\nb\\r\\u2028c',
  },
  {
    name: 'terminal commands',
    format: '*%proc.name',
    facts: { 'proc.name': '\u001b[2J\u009b1m\u202e' },
    text: '\\u001b[2J\\u009b1m\\u202e',
  },
  {
    name: 'other scripts',
    format: '*%proc.name',
    facts: { 'proc.name': 'žluťoučký 💥' },
    text: 'žluťoučký 💥',
  },
  { name: 'transformer', format: '*%toupper(proc.name)', facts: { 'proc.name': 'sh' }, text: 'SH' },
  { name: 'transformer of a missing value', format: '*%toupper(proc.name)', facts: {}, text: '<NA>' },
];
for (const row of TABLE) {
  test(`output: ${row.name}`, () => assert.equal(text(row.format, row.facts), row.text));
}

test('bytes that are not UTF-8 become U+FFFD', () => {
  const event = factEvent({ 'proc.name': 'a\xffb' }, true);
  assert.equal(compiled('*%proc.name').text(event), 'a\ufffdb');
});

test('fields keep their types, in alphabetical order', () => {
  const output = compiled('*%user.name %proc.pid %evt.failed %fd.types %proc.aname %fd.cip');
  const facts = {
    'proc.pid': 7,
    'evt.failed': true,
    'fd.types': ['f'],
    'proc.aname': ['sh', 'sshd'],
    'fd.cip': '::1',
  };
  assert.deepEqual(Object.entries(output.fields(factEvent(facts))), [
    ['evt.failed', true],
    ['fd.cip', '::1'],
    ['fd.types', ['f']],
    ['proc.aname', 'sh sshd'],
    ['proc.pid', 7],
    ['user.name', null],
  ]);
});

const WRONG: { format: string; offset: number; hint?: RegExp }[] = [
  { format: '', offset: 0 },
  { format: 'a %', offset: 2, hint: /percent/ },
  { format: 'a %12', offset: 2 },
  { format: 'a %proc.nam b', offset: 2, hint: /%proc\.name/ },
  { format: '100% sure', offset: 3, hint: /percent/ },
  { format: '%(proc.name)', offset: 0, hint: /^write %proc\.name, without/ },
  { format: '%toupper(proc.pid)', offset: 0, hint: /'toupper' does not support arguments of type number/ },
  { format: '%toupper(proc.nam)', offset: 0, hint: /^did you mean proc\.name/ },
  { format: '%toupper(proc.name', offset: 0, hint: /expected a '\)'/ },
  { format: '%99999proc.name', offset: 0 },
];
for (const { format, offset, hint } of WRONG) {
  test(`output refused: "${format}"`, () => {
    const parsed = parseOutput(format, syscallCatalogue);
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.offset, offset);
    if (hint !== undefined) assert.match(parsed.error.hint ?? '', hint);
  });
}

test('an escaped line reads back as JSON', () => {
  const hostile = '"\\\u0000\n\u007f\u0085\u2029\ufeff\u2067é';
  assert.equal(JSON.parse(`"${escapeLine(hostile)}"`), hostile);
});

test('buffers: ASCII with dots, or base64', () => {
  const parsed = parseOutput('*%evt.buffer', syscallCatalogue);
  assert.ok(parsed.ok);
  const event = factEvent({ 'evt.buffer': 'a\u0000\u001bé' });
  assert.equal(compileOutput(parsed.format, factMapSource).raw(event), 'a....');
  const base64 = compileOutput(parsed.format, factMapSource, 'base64');
  assert.equal(base64.raw(event), Buffer.from('a\u0000\u001bé').toString('base64'));
  assert.deepEqual(
    { ...base64.fields(event) },
    { 'evt.buffer': Buffer.from('a\u0000\u001bé').toString('base64') },
  );
});
