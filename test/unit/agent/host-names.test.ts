import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostNameWatch } from '../../../src/agent/host-names.ts';

interface Stage {
  readonly watch: HostNameWatch;
  readonly asked: string[];
  readonly told: Record<string, readonly string[]>[];
  answers: Record<string, readonly string[] | string>;
  now: number;
}

/** A resolver of the test; a text as answer is the code of an error. */
function stage(answers: Stage['answers']): Stage {
  const made = { asked: [] as string[], told: [] as Stage['told'], answers, now: 0 };
  const watch = new HostNameWatch({
    changed: (all) => made.told.push(Object.fromEntries(all)),
    now: () => made.now,
    lookup: async (name) => {
      made.asked.push(name);
      const answer = made.answers[name] ?? 'ENOTFOUND';
      if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
      return answer;
    },
  });
  return Object.assign(made, { watch });
}

/** follow() begins a round without waiting for it. */
async function settle(made: Stage): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await made.watch.round();
}

test('all names are told once they were asked for, and only changes after that', async () => {
  const made = stage({ a: ['10.0.0.2', '10.0.0.1'], b: ['::1'] });
  made.watch.follow(new Set(['a', 'b', 'gone']));
  await settle(made);
  assert.deepEqual(made.told, [{ a: ['10.0.0.1', '10.0.0.2'], b: ['::1'], gone: [] }]);
  made.now = 10_000;
  made.answers = { a: ['10.0.0.1', '10.0.0.2', '10.0.0.1'], b: ['::1'] };
  await made.watch.round();
  assert.equal(made.asked.length, 6);
  assert.equal(made.told.length, 1);
  made.now = 30_000;
  made.answers = { a: ['10.0.0.9'], b: ['::1'] };
  await made.watch.round();
  assert.deepEqual(made.told[1], { a: ['10.0.0.9'], b: ['::1'], gone: [] });
  made.watch.stop();
});

test('what does not change is asked for ever more rarely', async () => {
  const made = stage({ a: ['10.0.0.1'] });
  made.watch.follow(new Set(['a']));
  await settle(made);
  for (made.now = 0; made.now <= 3_600_000; made.now += 1000) await made.watch.round();
  // 10, 20, … 320 s, then every 320 s.
  assert.ok(made.asked.length > 10 && made.asked.length < 20, `${made.asked.length} times`);
  made.watch.stop();
});

test('a resolver that fails for now changes nothing', async () => {
  const made = stage({ a: ['10.0.0.1'], b: 'EAI_AGAIN' });
  made.watch.follow(new Set(['a', 'b']));
  await settle(made);
  assert.deepEqual(made.told, [{ a: ['10.0.0.1'] }]);
  made.answers = { a: 'EAI_AGAIN', b: 'EAI_AGAIN' };
  made.now = 60_000;
  await made.watch.round();
  assert.equal(made.told.length, 1);
  made.watch.stop();
});

test('other rules, other names; what is known stays', async () => {
  const made = stage({ a: ['10.0.0.1'], b: ['10.0.0.2'] });
  made.watch.follow(new Set(['a']));
  await settle(made);
  made.watch.follow(new Set(['a', 'b']));
  await settle(made);
  assert.deepEqual(made.asked, ['a', 'b']);
  assert.deepEqual(made.told.at(-1), { a: ['10.0.0.1'], b: ['10.0.0.2'] });
  made.watch.follow(new Set());
  await settle(made);
  assert.deepEqual(made.told.at(-1), {});
  assert.equal(made.asked.length, 2);
});

test('the system’s own resolver', async () => {
  const told = await new Promise<ReadonlyMap<string, readonly string[]>>((resolve) => {
    const watch = new HostNameWatch({ changed: resolve });
    watch.follow(new Set(['127.0.0.1', '::1']));
  });
  assert.deepEqual(Object.fromEntries(told), { '127.0.0.1': ['127.0.0.1'], '::1': ['::1'] });
});
