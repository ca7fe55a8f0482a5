import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCondition, evaluate, parseCondition } from '../../../../src/rules/condition/index.ts';
import { type FactMap, factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import { syscallCatalogue } from '../../../../src/schema/fields.ts';
import { answers, mustBuild } from '../../../contract/util/conditions.ts';

const V4 = { 'fd.cip': '10.0.0.1', 'fd.sip': '93.184.216.34', 'fd.cport': 40000, 'fd.sport': 443 };
const SERVER = { 'fd.sip': '10.0.0.1', 'fd.sport': 22, 'fd.cip': null, 'fd.cport': null };
const ANCESTRY = {
  'proc.name': 'cat',
  'proc.pname': 'bash',
  'proc.aname[2]': 'sshd',
  'proc.aname[3]': 'systemd',
};

const CASES: readonly (readonly [expr: string, facts: FactMap, expected: boolean])[] = [
  // a missing value satisfies nothing
  ['proc.name != x', { 'proc.name': null }, false],
  ['not proc.name = x', { 'proc.name': null }, true],
  ['proc.name exists', { 'proc.name': '' }, true],
  ['proc.name = <NA>', { 'proc.name': null }, false],
  ['fd.num < 5', { 'fd.num': null }, false],
  ['proc.name in ()', { 'proc.name': 'x' }, false],
  // two ends
  ['fd.ip = 10.0.0.1', V4, true],
  ['fd.ip != 10.0.0.1', V4, false],
  ['fd.ip != 10.0.0.2', V4, true],
  ['fd.ip = 10.0.0.1', SERVER, true],
  ['fd.ip != 10.0.0.2', SERVER, true],
  ['fd.ip exists', { 'fd.cip': null, 'fd.sip': null }, false],
  ['fd.port = https', V4, true],
  ['fd.port != 443', V4, false],
  ['fd.port in (22, 443)', V4, true],
  ['fd.port = allof (443, 40000)', V4, true],
  ['fd.port = oneof (443, 40000)', V4, false],
  ['fd.port = allof (443, 1)', V4, false],
  ['fd.port < 1000', V4, true],
  ['fd.ip = allof (10.0.0.1, 93.184.216.34)', V4, true],
  ['fd.proto = https', V4, true],
  ['fd.net in (192.0.2.0/24, 10.0.0.0/8)', V4, true],
  ['fd.snet in (192.0.2.0/24, 10.0.0.0/8)', V4, false],
  ['fd.net != 10.0.0.0/8', V4, false],
  ['fd.cnet = 10.0.0.0/31', V4, true],
  ['fd.net = 0.0.0.0/0', V4, true],
  // the other family
  ['fd.sip = ::1', V4, false],
  ['fd.sip != ::1', V4, true],
  ['fd.net = ::/0', V4, false],
  ['fd.sip = 2001:db8:0:0:0:0:0:1', { 'fd.sip': '2001:db8::1' }, true],
  // ancestors
  ['proc.aname = systemd', ANCESTRY, true],
  ['proc.aname = cat', ANCESTRY, false],
  ['proc.aname[0] = cat', ANCESTRY, true],
  ['proc.aname[1] = bash', ANCESTRY, true],
  ['proc.aname != bash', ANCESTRY, true],
  ['not proc.aname = bash', ANCESTRY, false],
  ['proc.aname[-1] exists', ANCESTRY, false],
  ['proc.aname in (sshd)', ANCESTRY, true],
  // lists
  ['fd.types in (file, ipv4)', { 'fd.types': ['file'] }, true],
  ['fd.types in (file, ipv4)', { 'fd.types': ['file', 'unix'] }, false],
  ['fd.types intersects (unix)', { 'fd.types': ['file', 'unix'] }, true],
  ['len(fd.types) = 2', { 'fd.types': ['file', 'unix'] }, true],
  ['fd.types exists', { 'fd.types': [] }, false],
  // numbers
  ['evt.rawtime = 9007199254740993', { 'evt.rawtime': '9007199254740993' }, true],
  ['evt.rawtime = 9007199254740992', { 'evt.rawtime': '9007199254740993' }, false],
  ['evt.num = -1', { 'evt.num': '18446744073709551615' }, true],
  ['user.uid = -1', { 'user.uid': 4294967295 }, true],
  ['fd.num = -1', { 'fd.num': -1 }, true],
  ['fd.num in (1, 2, 3)', { 'fd.num': 2 }, true],
  ['evt.rawarg.res < 0', { 'evt.args': 'res=-2(ENOENT) name=/x' }, true],
  // text is bytes
  ['len(proc.name) = 2', { 'proc.name': 'é' }, true],
  ['proc.name glob "??"', { 'proc.name': 'é' }, true],
  ['proc.name = é', { 'proc.name': 'é' }, true],
  ['proc.name icontains É', { 'proc.name': 'é' }, false],
  ['toupper(proc.name) = "Aé"', { 'proc.name': 'aé' }, true],
  ['proc.name regex "."', { 'proc.name': 'é' }, true],
  ['proc.name < val(proc.exe)', { 'proc.name': 'a', 'proc.exe': 'b' }, true],
  // patterns
  ['fd.name glob "/etc/*"', { 'fd.name': '/etc/a/b' }, true],
  ['fd.name glob "[!/]*"', { 'fd.name': '/etc' }, false],
  ['fd.name glob "\\\\*"', { 'fd.name': '*' }, true],
  ['fd.name glob "\\\\*"', { 'fd.name': 'x' }, false],
  ['fd.name glob "["', { 'fd.name': '[' }, true],
  ['fd.name glob "[[:digit:]-]x"', { 'fd.name': '-x' }, true],
  ['fd.name iglob "/ETC/[A-C]"', { 'fd.name': '/etc/b' }, true],
  ['fd.name regex "/etc"', { 'fd.name': '/etc/x' }, false],
  ['fd.name regex "a|ab"', { 'fd.name': 'ab' }, true],
  ['fd.name pmatch (/etc)', { 'fd.name': '/etc' }, true],
  ['fd.name pmatch (/etc)', { 'fd.name': '/etc/x' }, true],
  ['fd.name pmatch (/etc)', { 'fd.name': '/etcx' }, false],
  ['fd.name pmatch (/*/x, /a/b/c)', { 'fd.name': '/a/x/y' }, true],
  ['fd.name pmatch (/)', { 'fd.name': 'anything' }, true],
  // transformers
  ['b64(proc.name) = test', { 'proc.name': 'dGVzdA==' }, true],
  ['b64(proc.name) = test', { 'proc.name': 'dGVzdA' }, true],
  ['b64(proc.name) exists', { 'proc.name': 'cat' }, false],
  ['basename(fd.name) = passwd', { 'fd.name': '/etc/passwd' }, true],
  ['basename(fd.name) = ""', { 'fd.name': '/etc/' }, true],
  ['join(",", (proc.name, user.name)) exists', { 'proc.name': 'a', 'user.name': null }, false],
  ['proc.name = tolower(proc.exe)', { 'proc.name': 'cat', 'proc.exe': 'CAT' }, true],
  ['evt.buffer contains "b"', { 'evt.buffer': 'abc' }, true],
  ['len(evt.buffer) = 3', { 'evt.buffer': 'abc' }, true],
  // modifiers
  ['proc.name startswith oneof (c, ca)', { 'proc.name': 'cat' }, false],
  ['proc.name startswith anyof (c, ca)', { 'proc.name': 'cat' }, true],
  ['proc.name startswith allof (c, ca)', { 'proc.name': 'cat' }, true],
  ['fd.num = anyof (1, 2)', { 'fd.num': 2 }, true],
  ['fd.num != allof (1, 2)', { 'fd.num': 3 }, true],
  ['fd.num != allof (1, 2)', { 'fd.num': 2 }, false],
  // event types
  ['evt.type startswith open', { 'evt.type': 'openat' }, true],
  ['evt.type != open', { 'evt.type': 'never_heard_of' }, true],
  ['evt.type exists', { 'evt.type': 'never_heard_of' }, true],
];

test('meaning of comparisons, in each way of evaluating', () => {
  for (const [expr, facts, expected] of CASES) {
    const said = answers(mustBuild(expr), factEvent(facts));
    const all = { oracle: expected, generated: expected, closures: expected };
    assert.deepEqual(said, all, `${expr} on ${JSON.stringify(facts)}`);
  }
});

test('patterns made to be slow are read and answered', () => {
  const long = 'a'.repeat(20_000);
  const patterns: readonly (readonly [op: string, pattern: string, expected: boolean])[] = [
    ['glob', '['.repeat(50_000), false],
    ['glob', '[\\\\]'.repeat(20_000), false],
    ['glob', `${'*a'.repeat(2000)}b`, false],
    ['glob', `${'*a'.repeat(2000)}`, true],
    ['regex', '(a*)*b', false],
    ['regex', `${'a?'.repeat(200)}${'a'.repeat(200)}`, false],
    ['pmatch', `${'/*'.repeat(2000)}`, false],
  ];
  for (const [op, pattern, expected] of patterns) {
    const literal = op === 'pmatch' ? `(${pattern})` : `"${pattern}"`;
    const said = answers(
      mustBuild(`fd.name ${op} ${literal}`),
      factEvent({ 'evt.type': 'open', 'fd.name': long }),
    );
    assert.equal(said.generated, expected, `${op} ${pattern.slice(0, 20)}`);
  }
});

test('compat falco: fd.net in (A, B) looks at A only', () => {
  const parsed = parseCondition('fd.net in (192.0.2.0/24, 10.0.0.0/8)');
  assert.ok(parsed.ok);
  for (const [compat, expected] of [
    ['falco', false],
    ['saker', true],
  ] as const) {
    const checked = checkCondition(parsed.ast, syscallCatalogue, { compat });
    assert.ok(checked.ok);
    const event = factEvent(V4);
    assert.equal(evaluate(checked.condition, factMapSource)(event.typeId, event), expected, compat);
  }
});
