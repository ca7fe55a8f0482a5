import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineLink } from '../../../src/agent/engine-link.ts';
import type { RulesInput } from '../../../src/engine/messages.ts';

/** What no caller sends: the worker fails on it. */
const POISON = null as unknown as RulesInput;

test('an engine thread that dies is told once, with the reason, and who waits for an answer gets it', async () => {
  const engine = new EngineLink();
  const reasons: string[] = [];
  const failed = new Promise<void>((resolve) => {
    engine.onFailure = (reason) => {
      reasons.push(reason);
      resolve();
    };
  });
  await assert.rejects(engine.load(POISON), /TypeError/);
  await failed;
  assert.match(reasons.join('\n'), /TypeError/);
  // What is asked of the dead gets no answer, and its end takes no patience.
  await engine.stop();
  assert.equal(reasons.length, 1);
});

test('an engine that is asked to end tells no failure', async () => {
  const engine = new EngineLink();
  engine.onFailure = (reason) => assert.fail(reason);
  await engine.stop();
});
