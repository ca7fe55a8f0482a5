// Both tiers on every kernel: numbered calls go on while the agent's hooks come, and while a reload adds one.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { kernelSeries } from '../cache.ts';
import { isBuilt } from '../stage.ts';
import { runScript, stageTiers } from './run-script.ts';

interface Kind {
  readonly first: number;
  readonly last: number;
  readonly missing: number[];
  readonly twice: number[];
  /** Twice as well, when the dispatcher took them back. */
  readonly atEnd: number[];
}

interface Report {
  readonly made: number[];
  readonly fifos: number;
  readonly kinds: Record<string, Kind>;
  readonly tiers: Record<string, string[]>;
  readonly notices: string[];
  readonly lost: string[];
  /** Runs of programs that the kernel skipped, as it says. */
  readonly skipped: number;
  readonly retireMs: number;
  readonly closeMs: number;
  readonly states: Record<string, { attached: number; pending: number; dispatching: boolean }>;
}

/** Kinds of numbered calls (workload.c); rmdir is wanted by the reload only. */
const KINDS = ['o', 'u', 'c', 'k', 'x', 'r'];

describe('hand-over between the tiers', {
  skip: isBuilt ? false : 'needs build/bpf and build/native (npm run build)',
}, () => {
  let staged = '';
  before(() => {
    staged = stageTiers();
  });
  after(() => rmSync(staged, { recursive: true, force: true }));

  for (const kernel of kernelSeries)
    test(`kernel ${kernel}`, async (t) => {
      const report = await runScript<Report>(kernel, staged, 'hand-over.js');
      const { states, kinds, tiers } = report;

      await t.test('every call is reported exactly once, from the first that was seen to the last', () => {
        for (const worker of [0, 1])
          for (const kind of KINDS) {
            const seen = kinds[`${worker}${kind}`];
            assert.ok(seen, `${worker}${kind}`);
            if (kernel !== '7.2') assert.deepEqual(seen.missing, [], `${worker}${kind}`);
            assert.deepEqual(seen.twice, [], `${worker}${kind}`);
            assert.equal(seen.last, report.made[worker]! - 1);
          }
      });
      // An fprobe does not run while a task that was preempted within bpf(2) holds its processor's programs off: of
      // a thousand calls one or none, and the kernel counts it.
      await t.test('what is missing is counted by the kernel', () => {
        const missing = Object.values(kinds).flatMap((kind) => kind.missing);
        const made = KINDS.length * report.made.reduce((sum, rounds) => sum + rounds, 0);
        assert.ok(missing.length <= Math.min(report.skipped, made / 200), `${missing} of ${report.skipped}`);
      });
      await t.test('a call that began before its program was attached is reported once', () =>
        assert.equal(report.fifos, 1),
      );
      await t.test(
        'at the end nothing is missing while programs go; what each processor was at may come twice',
        (t) => {
          const again = Object.values(kinds).flatMap(({ atEnd }) => atEnd);
          assert.ok(again.length <= report.made.length, `${again}`);
          t.diagnostic(
            `kernel ${kernel}: programs detached in ${report.retireMs} ms, the rest in ${report.closeMs} ms`,
          );
        },
      );
      await t.test(
        'the tracepoint first, then programs of their own, at the end the tracepoint again',
        () => {
          const own = kernel === '7.2' ? 'fprobe' : 'fexit';
          for (const type of ['openat', 'unlink', 'connect', 'rmdir'])
            assert.deepEqual(tiers[type], ['tracepoint', own, 'tracepoint'], type);
        },
      );
      await t.test('the dispatcher is there while it is needed', () => {
        const dispatching = Object.entries(states).map(([name, state]) => [name, state.dispatching]);
        assert.deepEqual(Object.fromEntries(dispatching), {
          atStart: true,
          both: true,
          settled: false,
          added: true,
          retired: true,
        });

        assert.equal(states.settled?.pending, 0);
      });
      await t.test('nothing lost, nothing to complain of', () =>
        assert.deepEqual([report.lost, report.notices], [[], []]),
      );
    });
});
