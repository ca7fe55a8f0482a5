import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { FPROBE } from '../../../src/kernel/dispatcher-forms.ts';
import { TARGETS } from '../../../src/kernel/hooks.ts';
import { planHooks } from '../../../src/kernel/plan.ts';
import { FORMAT } from '../agent/alert-format.ts';

// 6.8 and older detach trampolines one by one, which is what a stop waits for (decision 34).
const MOST = 35;

test('the default rules take few trampolines', () => {
  const content = readFileSync(join(import.meta.dirname, '../../../rules/core.yaml'), 'utf8');
  const check = new Engine().load({
    files: [{ name: 'core.yaml', content }],
    compat: 'saker',
    minimumPriority: 'Debug',
    matching: 'first',
    selection: [],
    appendOutput: [],
    staticFields: {},
    format: FORMAT,
  });
  assert.ok(check.ok, check.report);
  const { hooks } = planHooks(check.eventTypes, new Set([...TARGETS].filter((name) => name !== FPROBE)));
  const trampolines = hooks.filter(({ target }) => target !== null).map(({ name }) => name);
  assert.ok(trampolines.length > 5 && trampolines.length <= MOST, `${trampolines.length}: ${trampolines}`);
});
