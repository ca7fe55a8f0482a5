import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type KernelSeries, kernelSeries } from '../cache.ts';
import { compare, type Finding, describe as inWords } from './compare.ts';
import { type Cell, judgeAll } from './evasion.ts';
import { undone } from './families.ts';
import { GAPS } from './gaps.ts';
import { forgedAlerts, hostileFindings } from './hostile.ts';
import { matrixText } from './matrix.ts';
import { CONDITIONS, FACTS, FILTER_ONLY, PRINTED } from './rules.ts';
import { type Outcome, runTrigger, stageTrigger } from './run-guest.ts';
import { DESCRIPTOR_RULES } from './truth-descriptor.ts';
import { EVENT_RULES } from './truth-event.ts';
import { accountRules, PROCESS_RULES, readAccounts } from './truth-process.ts';

/**
 * Every event family on every kernel: a program does it and tells what it did, the installed agent tells what it saw,
 * and field by field both must be the same. Then the same of evasions and of hostile texts.
 */

const DOCUMENT = resolve(import.meta.dirname, '../../../docs/evasion.md');
const cells = new Map<KernelSeries, Map<string, Cell>>();
let staged = '';
before(() => {
  staged = stageTrigger();
});
after(() => rmSync(staged, { recursive: true, force: true }));

test('every common field has a truth to compare it with', () => {
  const rules = {
    ...EVENT_RULES,
    ...PROCESS_RULES,
    ...DESCRIPTOR_RULES,
    ...accountRules(readAccounts('', '')),
  };
  assert.deepEqual(
    PRINTED.filter((field) => rules[field] === undefined),
    [],
  );
  assert.deepEqual(Object.keys(CONDITIONS), FILTER_ONLY);
});

const isGap = ({ action, field }: Finding): boolean =>
  GAPS.some((gap) => gap.field === field && gap.actions.test(`${action.type} (${action.action})`));

// Two guests at once is what two cores bear.
describe('kernels', { concurrency: 2 }, () => {
  for (const kernel of kernelSeries)
    describe(kernel, { timeout: 1_800_000 }, () => {
      let outcome: Outcome;
      let findings: Finding[] = [];

      before(async () => {
        outcome = await runTrigger(kernel, staged);
        const { truth, alerts } = outcome.trigger;
        const accounts = readAccounts(outcome.file('passwd'), outcome.file('group'));
        findings = compare(truth, alerts, {
          ...EVENT_RULES,
          ...PROCESS_RULES,
          ...DESCRIPTOR_RULES,
          ...accountRules(accounts),
        });
        cells.set(kernel, judgeAll(outcome.evasion.truth, outcome.evasion.alerts));
      });
      after(() => outcome?.remove());

      test('the trigger did everything, and saker lived through all of it', () => {
        assert.equal(outcome.file('trigger.log'), '');
        assert.match(outcome.file('unit'), /ActiveState=active/);
        assert.match(outcome.file('unit'), /NRestarts=0/);
        assert.ok(outcome.trigger.truth.actions.length > 310);
      });

      test('every call of every family is done, with success and without', () => {
        const lacks = ['5.10', '6.1'].includes(kernel) ? ['fchmodat2'] : [];
        assert.deepEqual(undone(outcome.trigger.truth.actions, lacks), []);
      });

      test('every action is seen exactly once', () => {
        assert.deepEqual(findings.filter(({ field }) => field === null).map(inWords), []);
      });

      test('every field says the truth', () => {
        const wrong = findings.filter((finding) => finding.field !== null && !isGap(finding));
        assert.deepEqual(wrong.map(inWords), []);
      });

      test('every known gap is still one', () => {
        const idle = GAPS.filter(
          ({ field, actions }) =>
            !findings.some(
              (finding) =>
                finding.field === field && actions.test(`${finding.action.type} (${finding.action.action})`),
            ),
        );
        assert.deepEqual(idle, []);
      });

      test('fields of conditions hold where they should, and nowhere else', () => {
        const names = outcome.all.map(({ rule }) => rule);
        for (const field of FILTER_ONLY) {
          assert.equal(names.filter((name) => name === `${field} holds`).length, 1, field);
          assert.ok(!names.includes(`${field} fails`), field);
        }
      });

      test('events are numbered in order', () => {
        const numbers = outcome.trigger.alerts.map(({ output_fields: said }) => Number(said['evt.num']));
        assert.ok(numbers.every((number, at) => at === 0 || number > numbers[at - 1]!));
      });

      test('hostile texts arrive as they are, or as missing', () => {
        const { truth, alerts } = outcome.hostile;
        assert.ok(truth.actions.length > 300);
        assert.deepEqual(hostileFindings(truth, alerts), []);
      });

      test('no text makes an alert of its own', () => {
        // The rules of this test change while the agent runs, which it tells.
        const own = 'Saker internal: own files changed';
        const known = new Set([...FACTS, 'hostile', 'sentinel', 'secret', 'seen', own]);
        for (const field of FILTER_ONLY) known.add(`${field} holds`);
        assert.deepEqual(forgedAlerts(outcome.all, known), []);
      });

      test('no evasion makes saker tell a false fact', () => {
        assert.equal(outcome.file('evasion.log'), '');
        const wrong = [...cells.get(kernel)!].filter(([, { wrong }]) => wrong.length > 0);
        assert.deepEqual(
          wrong.map(([row, cell]) => `${row}: ${cell.wrong.join('; ')}`),
          [],
        );
      });
    });
});

test('docs/evasion.md is what was seen; UPDATE=1 writes it', () => {
  assert.equal(cells.size, kernelSeries.length, 'a guest is missing');
  const text = matrixText(cells);
  if (process.env.UPDATE === '1') writeFileSync(DOCUMENT, text);
  assert.equal(existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '', text);
});
