import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESETS } from '../../../src/agent/noise.ts';
import { Interned } from '../../../src/base/interning.ts';
import { noFacts } from '../../../src/containers/facts.ts';
import { type Container, type ContainerFacts, Containers } from '../../../src/containers/index.ts';
import { Findings } from '../../../src/engine/findings.ts';
import { HOLD_LIMITS } from '../../../src/engine/held.ts';
import { Judge } from '../../../src/engine/judge.ts';
import { Matcher } from '../../../src/engine/matcher.ts';
import type { NoiseInput, RulesInput } from '../../../src/engine/messages.ts';
import { loadRuleSet } from '../../../src/engine/rule-set.ts';
import { RuleTotals } from '../../../src/engine/rule-totals.ts';
import { eventOf, openRecord, process } from './records.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const FACTS: ContainerFacts = {
  ...noFacts('docker'),
  name: 'web',
  image: 'acme/web:1',
  imageRepository: 'acme/web',
  imageTag: '1',
};

const RULES = `
- rule: image
  desc: d
  condition: evt.type = openat and container.image.repository = acme/web and fd.name startswith /image
  output: "%fd.name %proc.cmdline"
  priority: INFO
- rule: name
  desc: d
  condition: evt.type = openat and fd.name startswith /name
  output: "%fd.name"
  priority: INFO
- rule: not acme
  desc: d
  condition: evt.type = openat and fd.name startswith /not and not container.image.repository = acme/web
  output: "%fd.name"
  priority: INFO
- rule: plain
  desc: d
  condition: evt.type = openat and fd.name startswith /plain
  output: "%fd.name %container.id"
  priority: INFO
`;

const INPUT: RulesInput = {
  files: [{ name: 'rules.yaml', content: RULES }],
  compat: 'saker',
  minimumPriority: 'Debug',
  matching: 'all',
  selection: [],
  appendOutput: [{ match: { rule: 'plain' }, suggested_output: false }],
  staticFields: {},
  format: {
    hostname: 'h',
    timeFormatIso8601: false,
    includeOutput: true,
    includeMessage: false,
    includeOutputFields: true,
    includeTags: true,
  },
};

/** Events judged as the engine does it, with a clock in the test's hand. */
function setUp(limits: Partial<typeof HOLD_LIMITS> = {}, noise?: NoiseInput) {
  let now = 0;
  const clock = () => now;
  const matcher = new Matcher(loadRuleSet(INPUT), { ...INPUT, ...(noise && { noise }) });
  const containers = new Containers();
  const findings = new Findings((ns) => ns, clock);
  const totals = new RuleTotals();
  findings.configure(matcher, noise);
  const judge = new Judge(findings, totals, (error) => assert.fail(String(error)), clock);
  judge.use(matcher);
  judge.limit({ ...HOLD_LIMITS, ...limits });
  const place = (id: string): Container => containers.of(`/docker/${id}`, 0)!;
  return {
    held: {
      release: (ms: number) => {
        now = Number.isFinite(ms) ? ms : now;
        judge.release(!Number.isFinite(ms));
      },
      dueMs: (ms: number) => {
        now = ms;
        return judge.dueMs();
      },
      stats: () => judge.stats(),
    },
    findings,
    matched: (rule: string) => totals.stats(matcher).find(({ name }) => name === rule)!.matched,
    place,
    placeOfUser: (number: number): Container =>
      containers.of(
        `/user.slice/user@1000.service/docker-${number.toString(16).padStart(64, '0')}.scope`,
        0,
      )!,
    tell: (id: string, facts: ContainerFacts | null) =>
      containers.apply([{ kind: 'facts', key: id, facts, final: true }], 0),
    /** @param running its process, changed by the test afterwards */
    open: (name: string, container: Container | null, nowMs = 0, running = process(100)) => {
      now = nowMs;
      const record = openRecord('openat', { ret: 3, name });
      judge.judge(eventOf(record, { container, processes: [running] }), record, 0, record.length);
      // The ring's memory is used again.
      record.fill(0);
    },
    taken: () => findings.takeAlerts().map(({ output }) => output.replace(/ k8s_.*$/, '')),
    marks: () => findings.takeAlerts().map(({ fields }) => fields['container.facts'] ?? null),
  };
}

const NAMED = ` container_id=${'a'.repeat(12)} container_name=web container_image_repository=acme/web container_image_tag=1`;
const UNNAMED = ` container_id=${'a'.repeat(12)} container_name=<NA> container_image_repository=<NA> container_image_tag=<NA>`;
const count = (over: object) => ({ held: 0, completed: 0, expired: 0, crowded: 0, waiting: 0, ...over });

test('an alert waits for name and image', () => {
  const { held, open, place, taken, tell } = setUp();
  open('/name', place(A));
  assert.deepEqual(taken(), []);
  assert.equal(held.dueMs(100), 400);
  tell(A, FACTS);
  assert.equal(held.dueMs(100), 0);
  held.release(100);
  assert.deepEqual(taken(), [`/name${NAMED}`]);
  assert.deepEqual(held.stats(), count({ held: 1, completed: 1 }));
  open('/name', place(A));
  assert.deepEqual(taken(), [`/name${NAMED}`], 'from now on nothing waits');
});

test('a condition on what is not known yet is decided once it is: both ways', () => {
  const { held, open, place, taken, tell } = setUp();
  open('/image', place(A));
  open('/not', place(A));
  open('/image', place(B));
  assert.deepEqual(taken(), []);
  tell(A, FACTS);
  tell(B, { ...FACTS, imageRepository: 'other' });
  held.release(0);
  assert.deepEqual(taken(), [`/image cat${NAMED}`]);
});

test('events that ask nothing of the runtime are not delayed, unless an alert of their container waits', () => {
  const { held, open, place, taken, tell } = setUp();
  open('/plain', place(A));
  open('/other', place(A));
  assert.deepEqual(taken(), [`/plain ${'a'.repeat(12)}`]);
  assert.equal(held.stats().held, 0, 'an event that no rule asks about is not kept');
  open('/name', place(A));
  open('/plain', place(A));
  open('/plain', place(B));
  open('/plain', null);
  assert.deepEqual(taken(), [`/plain ${'b'.repeat(12)}`, '/plain host'], 'others overtake');
  tell(A, FACTS);
  held.release(0);
  assert.deepEqual(taken(), [`/name${NAMED}`, `/plain ${'a'.repeat(12)}`], 'in the order of the events');
});

test('when time is over, the alert goes out with what is known, and marked', () => {
  const { held, open, place, taken } = setUp();
  open('/name', place(A), 0);
  open('/name2', place(A), 10);
  held.release(499);
  assert.deepEqual(taken(), []);
  held.release(500);
  assert.deepEqual(taken(), [`/name${UNNAMED}`]);
  held.release(510);
  assert.deepEqual(taken(), [`/name2${UNNAMED}`]);
  assert.deepEqual(held.stats(), count({ held: 2, expired: 2 }));
});

test('marks: pending, unknown, none', () => {
  const { held, marks, open, place, tell } = setUp();
  open('/name', place(A), 0);
  held.release(500);
  assert.deepEqual(marks(), ['pending']);
  tell(A, null);
  open('/name', place(A), 0);
  assert.deepEqual(marks(), ['unknown']);
  tell(B, FACTS);
  open('/name', place(B), 0);
  open('/name', null, 0);
  assert.deepEqual(marks(), [null, null]);
});

test('the process is judged as it was at the event', () => {
  const { held, open, place, taken, tell } = setUp();
  const running = process(100);
  open('/image', place(A), 0, running);
  running.rename(new Interned('other'));
  running.end();
  tell(A, FACTS);
  held.release(0);
  assert.deepEqual(taken(), [`/image cat${NAMED}`]);
});

test('without room the container’s events are judged in their order; others keep waiting', () => {
  const { held, open, place, taken } = setUp({ perContainer: 2 });
  open('/name0', place(B));
  for (const at of [1, 2, 3]) open(`/name${at}`, place(A));
  assert.deepEqual(taken(), [`/name1${UNNAMED}`, `/name2${UNNAMED}`, `/name3${UNNAMED}`]);
  assert.deepEqual(held.stats(), count({ held: 4, crowded: 3, waiting: 1 }));
});

for (const [name, limits] of [
  ['events', { events: 2 }],
  ['bytes', { bytes: 400 }],
] as const) {
  test(`the bound of ${name} holds`, () => {
    const { held, open, place } = setUp(limits);
    for (let at = 0; at < 20; at++) open('/name', place(at.toString(16).padStart(64, '0')));
    const { waiting, crowded, held: all } = held.stats();
    assert.ok(waiting <= 2 && waiting > 0, `${waiting}`);
    assert.equal(waiting + crowded, all);
    held.release(Number.POSITIVE_INFINITY);
    assert.deepEqual(held.stats(), { held: 20, completed: 0, expired: waiting, crowded, waiting: 0 });
  });
}

test('a user’s containers do not take the room of the others', () => {
  const { held, open, place, placeOfUser, taken, tell } = setUp({ events: 8, userPart: 1 / 4 });
  for (let at = 0; at < 20; at++) open('/image', placeOfUser(at));
  assert.equal(held.stats().waiting, 2);
  open('/image', place(A));
  tell(A, FACTS);
  held.release(0);
  assert.deepEqual(taken(), [`/image cat${NAMED}`]);
});

test('hold_ms: 0 holds nothing', () => {
  const { open, place, taken } = setUp({ holdMs: 0 });
  open('/name', place(A));
  assert.deepEqual(taken(), [`/name${UNNAMED}`]);
});

test('what waits counts once, when it is judged: for noise control and in the totals of the rule', () => {
  const { findings, held, matched, open, place, taken, tell } = setUp({}, PRESETS.default);
  for (let at = 0; at < 3; at++) open('/name', place(A));
  assert.deepEqual([taken(), findings.count, matched('name'), held.stats().waiting], [[], 0, 0, 3]);
  tell(A, FACTS);
  held.release(10);
  assert.deepEqual(taken(), [`/name${NAMED}`]);
  open('/name', place(A));
  assert.deepEqual([findings.count, matched('name')], [4, 4]);
  assert.deepEqual([...findings.suppressed()], [['name', { dedup: 3, rate: 0, budget: 0 }]]);
  findings.flush();
  assert.match(taken()[0]!, /^\/name container_id=a{12} container_name=web/);
});
