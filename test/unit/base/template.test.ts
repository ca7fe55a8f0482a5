import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTemplate } from '../../../src/base/template.ts';
import { alert } from '../delivery/alerts.ts';

const ALERT = alert({
  fields: { 'proc.name': 'c<at', 'proc.aname[2]': 'sh', 'proc.pid': 42n, none: null, list: ['a', 1] },
});

const CASES: readonly [template: string, expected: string][] = [
  ['', ''],
  ['plain { } text', 'plain { } text'],
  ['{{rule}}|{{ .Rule }}|{{RULE}}', '[Read sensitive file]|[Read sensitive file]|[Read sensitive file]'],
  ['{{ priority }} {{ .Hostname }} {{ source }}', '[Warning] [h1] [syscall]'],
  ['{{ tags }}', '[filesystem, T1003]'],
  ['{{ time }}', '[2023-11-14T22:13:20.123Z]'],
  ['{{ fields.proc.name }}', '[c<at]'],
  ['{{ fields.proc.aname[2] }}', '[sh]'],
  ['{{ index .OutputFields "proc.pid" }}', '[42]'],
  ['{{ fields.none }}{{ fields.unknown }}{{ fields.list }}', '[][][a, 1]'],
];

for (const [template, expected] of CASES) {
  test(`template ${template}`, () => {
    const compiled = compileTemplate(template);
    assert.ok('render' in compiled);
    // Brackets show what went through the escaping, and that nothing else did.
    assert.equal(
      compiled.render(ALERT, (text) => `[${text}]`),
      expected,
    );
  });
}

for (const template of [
  '{{ ruel }}',
  '{{}}',
  '{{ constructor }}',
  '{{ if eq .Priority 1 }}',
  '{{ fields. }}',
])
  test(`no template: ${template}`, () => {
    const compiled = compileTemplate(`a ${template} b`);
    assert.ok('wrong' in compiled);
    assert.ok(compiled.wrong.includes(template));
  });
