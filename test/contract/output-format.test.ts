import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FactMap, factEvent, factMapSource } from '../../src/rules/fact-map.ts';
import { compileOutput } from '../../src/rules/index.ts';
import { parseOutput } from '../../src/rules/output/index.ts';
import { syscallCatalogue } from '../../src/schema/fields.ts';

interface Row {
  readonly id: string;
  readonly format: string;
  readonly expect?: 'error';
  readonly mode?: 'text' | 'json';
  readonly all_values_present?: boolean;
  readonly output?: string;
  readonly n_fields?: number;
  readonly field_values?: Readonly<Record<string, string>>;
  readonly json_resolves_transformers?: boolean;
}

const rows: Row[] = JSON.parse(readFileSync(join(import.meta.dirname, 'peers/output_format.json'), 'utf8'));

/** The event of the original suite: an open of /test/dir by the first process. */
const INIT: FactMap = {
  'proc.name': 'init',
  'thread.tid': 1,
  'evt.arg.path': '/test/dir',
  'evt.arg[1]': '/test/dir',
  'proc.aname[0]': 'init',
  'proc.apid[0]': 1,
};

/** Ancestors of the suite's other processes, from the parent up. */
const ANCESTORS: Readonly<Record<string, FactMap>> = {
  'fmt-044': { 'proc.aexe': ['bash', '/sbin/init'] },
  'fmt-045': { 'proc.aexepath': ['/usr/bin/bash', '/sbin/init'] },
  'fmt-046': { 'proc.acmdline': ['bash', 'init context ls --format {{json .}}'] },
  'fmt-047': { 'proc.apid': [2] },
};

for (const row of rows) {
  test(`output format ${row.id}: ${row.format}`, () => {
    const parsed = parseOutput(row.format, syscallCatalogue);
    assert.equal(parsed.ok, row.expect !== 'error', parsed.ok ? 'should fail' : parsed.error.message);
    if (!parsed.ok) return;
    const named = parsed.format.named.filter(
      ({ field }) => row.json_resolves_transformers !== false || field !== null,
    );
    const output = compileOutput({ ...parsed.format, named }, factMapSource);
    const event = factEvent(ANCESTORS[row.id] ?? INIT);
    const fields = output.fields(event);
    const names = Object.keys(fields);
    if (row.output !== undefined) {
      const json = names.length === 0 ? 'null' : JSON.stringify(fields);
      assert.equal(row.mode === 'json' ? json : output.raw(event), row.output);
    }
    if (row.n_fields !== undefined) assert.equal(names.length, row.n_fields);
    for (const [name, text] of Object.entries(row.field_values ?? {})) {
      assert.equal(String(fields[name] ?? '<NA>'), text, name);
    }
  });
}
