import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silence } from '../../../src/agent/silence.ts';
import type { InternalMatch } from '../../../src/engine/internal-alert.ts';

test('a silence is said each time, and becomes one alert when it has lasted as long as the configuration says', () => {
  const [said, alerts]: [string[], InternalMatch[]] = [[], []];
  const say = (text: string): void => void said.push(text);
  const parts = {
    log: { error: say, notice: say },
    tell: (notice: InternalMatch) => void alerts.push(notice),
    nowMs: () => Date.UTC(2026, 0, 1, 0, 1),
  };
  const silence = new Silence(parts, 1000);
  silence.over();
  for (const ms of [20_000, 29_999, 30_000, 40_000]) silence.lasts(ms);
  assert.equal(said.length, 4);
  assert.equal(alerts.length, 1);
  const { rule, priority, fields } = alerts[0]!;
  assert.deepEqual([rule, priority], ['Falco internal: timeouts notification', 'Critical']);
  assert.deepEqual(fields, { last_event_time: '2026-01-01T00:00:30.000Z', silent_ms: 30_000 });
  silence.over();
  silence.over();
  assert.equal(said.length, 5);
  silence.lasts(50_000);
  assert.equal(alerts.length, 2, 'a second silence has an alert of its own');
});
