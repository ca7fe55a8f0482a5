import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCondition, parseCondition } from '../../../../src/rules/condition/index.ts';
import { syscallCatalogue } from '../../../../src/schema/fields.ts';

function check(text: string) {
  const parsed = parseCondition(text);
  assert.ok(parsed.ok, text);
  return checkCondition(parsed.ast, syscallCatalogue);
}

const REFUSED: readonly (readonly [text: string, message: RegExp, hint?: RegExp])[] = [
  ['proc.nme = x', /nonexistent field proc\.nme/, /did you mean proc\.name/],
  ['evt.type = opena', /unknown event type opena/, /did you mean open\?/],
  ['evt.type startswith open_by', /unknown event type open_by/],
  ['evt.arg.flgs = x', /unknown event argument flgs/, /evt\.arg\.flags/],
  ['evt.arg = x', /requires an argument/],
  ['proc.name[1] = x', /does not support arguments/],
  ['proc.aname[x] = x', /must be a number/],
  ['fd.num = 1.5', /1\.5 is not a valid number/],
  ['fd.num = 0x10', /0x10 is not a valid number/],
  ['evt.is_open_read = True', /unrecognized boolean value True/],
  ['evt.is_open_read = 1', /unrecognized boolean value 1/],
  ['fd.sport = nosuch', /unrecognized protocol nosuch/],
  ['fd.proto = tcp', /unrecognized protocol tcp/],
  ['fd.sip = 300.1.1.1', /unrecognized IPv4 address 300\.1\.1\.1/],
  ['fd.sip = 10.0.0.0/8', /unrecognized IPv4 address/, /^write fd\.snet = 10\.0\.0\.0\/8$/],
  ['fd.snet = 10.0.0.1', /unrecognized IP network 10\.0\.0\.1/, /10\.0\.0\.1\/32/],
  ['fd.snet = 10.0.0.0/255.0.0.0', /unrecognized IP network/],
  ['fd.num pmatch (1, 2)', /'pmatch' operator not supported for numeric filters/],
  ['fd.types = file', /not supported for list filters/],
  ['proc.name bcontains 41', /not supported for string filters/],
  ['evt.buffer icontains x', /not supported for byte buffer filters/],
  ['evt.buffer bcontains 4', /hexadecimal/],
  ['proc.name = "a\\x00"', /NUL/],
  ['proc.name = val(fd.num)', /'proc\.name' has type 'CHARBUF' .* 'fd\.num' has incompatible type 'INT64'/],
  ['proc.name regex "(?i)abc"', /invalid regex pattern: no argument for repetition operator: \?/],
  ['proc.name regex "\\\\d+"', /invalid regex pattern: invalid escape sequence: \\d/],
  ['proc.name regex "(a"', /invalid regex pattern: missing/],
  ['proc.name regex val(proc.exe)', /'regex' does not support a field/],
  ['proc.pname = val(proc.aname[1])', /can not stand on the right/],
  ['proc.aname[1] = val(proc.name)', /can not be compared with another field/],
  ['tolower(evt.type) = open', /can not be applied to evt\.type/, /syscall\.type/],
  ['evt.type = val(proc.name)', /only be compared with event names/],
  ['len(proc.aname[2]) > 1', /does not support transformers/],
  ['len(fd.num) = 1', /does not support arguments of type number/],
  ['concat(proc.name, fd.num) = x', /strings only/],
  ['concat(proc.name) = x', /two or more/],
  ['getopt(proc.args, "a") intersects (a)', /takes a list of words/],
  ['toupper(proc.name)[1] = x', /does not support field arguments/],
  ['some_macro', /undefined macro 'some_macro'/],
];

test('what is refused, and why', () => {
  for (const [text, message, hint] of REFUSED) {
    const checked = check(text);
    assert.ok(!checked.ok, text);
    assert.match(checked.errors[0]!.message, message, text);
    if (hint !== undefined) assert.match(checked.errors[0]!.hint ?? '', hint, text);
  }
});

test('all mistakes of a condition are reported, each at its place', () => {
  const text = 'proc.nme = x and (fd.num = y or fd.sip = 1.2.3)';
  const checked = check(text);
  assert.ok(!checked.ok);
  assert.deepEqual(
    checked.errors.map(({ span }) => text.slice(span.start, span.end)),
    ['proc.nme', 'y', '1.2.3'],
  );
  assert.deepEqual(
    checked.errors.map(({ kind }) => kind),
    ['unknown-field', 'condition', 'condition'],
  );
});

const WARNED: readonly (readonly [text: string, message: RegExp | null])[] = [
  ['proc.name = proc.pname', /'proc\.pname' may be a valid field misused/],
  ['proc.name = "tolower(proc.pname)"', /field transformer misused/],
  ['proc.name = unknown.field', null],
  ['proc.name = val(proc.pname)', null],
  ['evt.dir = <', /drop of enter events/],
  ['proc.name regex .*x', /whole value/],
  ['proc.name regex x\\.*', null],
];

test('what is accepted with a warning', () => {
  for (const [text, message] of WARNED) {
    const checked = check(text);
    assert.ok(checked.ok, text);
    assert.equal(checked.warnings.length, message === null ? 0 : 1, text);
    if (message !== null) assert.match(checked.warnings[0]!.message, message, text);
  }
});
