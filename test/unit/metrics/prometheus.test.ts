import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricFamilies, prometheusText } from '../../../src/metrics/index.ts';
import { parseExposition } from './exposition.ts';
import { ALL, readings } from './readings.ts';

const gauge = (samples: { labels?: Record<string, string>; value: number | bigint }[]) =>
  parseExposition(prometheusText([{ name: 'm', help: 'Help.', type: 'gauge', samples }]));

const HOSTILE: readonly [value: string, read: string][] = [
  ['plain', 'plain'],
  ['a "quoted" \\ one', 'a "quoted" \\ one'],
  [
    'a"} 1\nfalcosecurity_falco_rules_matches_total{rule_name="x',
    'a"} 1\\nfalcosecurity_falco_rules_matches_total{rule_name="x',
  ],
  ['nul \u0000 esc \u001b bidi \u202e', 'nul \\x00 esc \\x1b bidi \\u202e'],
  ['\ud800', '\ufffd'],
  ['x'.repeat(300), `${'x'.repeat(255)}…`],
];
for (const [value, read] of HOSTILE) {
  test(`no label forges a line: ${JSON.stringify(value.slice(0, 40))}`, () => {
    const { series } = gauge([{ labels: { rule_name: value }, value: 1 }]);
    assert.deepEqual(series[0], { name: 'm', labels: { rule_name: read }, value: 1 });
    assert.equal(series.length, 2, 'the series and the count of those left out');
  });
}

test('series that come twice or in masses are left out and counted', () => {
  const twice = gauge([
    { labels: { a: '\n' }, value: 1 },
    { labels: { a: '\\n' }, value: 2 },
  ]);
  assert.deepEqual(
    twice.series.map(({ name, value }) => [name, value]),
    [
      ['m', 1],
      ['saker_metrics_series_left_out', 1],
    ],
  );
  const many = gauge(Array.from({ length: 4500 }, (_, i) => ({ labels: { i: `${i}` }, value: i })));
  assert.equal(many.series.filter(({ name }) => name === 'm').length, 4000);
  assert.equal(many.series.at(-1)?.value, 500);
});

test('numbers of every kind', () => {
  const values = [0, 0.5, 1e-9, 1e21, 2n ** 63n, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { series } = gauge(values.map((value, i) => ({ labels: { i: `${i}` }, value })));
  assert.deepEqual(
    series.slice(0, -1).map(({ value }) => value),
    values.map(Number),
  );
});

test('the text of all metrics is of the format, also where nobody could tell anything', () => {
  const full = parseExposition(prometheusText(metricFamilies(readings(), ALL)));
  for (const [name, type] of full.types) {
    // Falco's names for gauges end like counters in places, and are kept.
    if (type === 'counter') assert.match(name, /_total$/, name);
  }
  const nothing = readings({
    process: null,
    host: null,
    engine: null,
    kernel: null,
    containers: null,
    outputs: [],
  });
  const bare = parseExposition(prometheusText(metricFamilies(nothing, ALL)));
  const value = (name: string) => bare.series.find((one) => one.name === name)?.value;
  assert.equal(value('saker_engine_answers'), 0);
  assert.equal(value('saker_kernel_answers'), 0);
  assert.equal(value('saker_healthy'), 1);
});

test('values are those of the readings', () => {
  const { series } = parseExposition(prometheusText(metricFamilies(readings(), ALL)));
  const value = (name: string, labels: Record<string, string> = {}) =>
    series.find(
      (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
    )?.value;
  const cases: readonly [name: string, labels: Record<string, string>, value: number][] = [
    ['falcosecurity_falco_rules_matches_total', { rule_name: 'Read a file' }, 9],
    ['falcosecurity_falco_rules_matches_total', { rule_name: 'Never', priority: '7' }, 0],
    ['falcosecurity_falco_outputs_queue_num_drops_total', {}, 3],
    ['falcosecurity_falco_duration_seconds_total', {}, 100],
    ['falcosecurity_falco_cpu_usage_ratio', {}, 0.05],
    ['falcosecurity_scap_n_evts_total', {}, 5001],
    ['falcosecurity_scap_n_drops_total', {}, 6],
    ['falcosecurity_scap_n_drops_buffer_total', { drop: 'open', dir: 'exit' }, 5],
    ['falcosecurity_scap_n_drops_buffer_total', { drop: 'other_interest' }, 1],
    ['falcosecurity_scap_n_failed_thread_lookups_total', {}, 3],
    ['falcosecurity_scap_open_syscall_avg_time_nanoseconds', {}, 250],
    ['falcosecurity_plugins_container_n_containers_total', {}, 5],
    ['saker_rule_evaluations_total', { rule_name: 'Read a file' }, 2570],
    // 500 ns in each sample, 2570 evaluations.
    ['saker_rule_seconds_total', { rule_name: 'Read a file' }, 0.001285],
    ['saker_rule_suppressed_total', { rule_name: 'Read a file', reason: 'rate' }, 2],
    ['saker_rule_suppressed_total', { rule_name: 'Never', reason: 'dedup' }, 0],
    ['saker_kernel_events_lost_total', { type: 'openat' }, 5],
    ['saker_kernel_events_dropped_total', { type: 'openat' }, 12000],
    ['saker_losses_total', { cause: 'ring_full', name: 'openat' }, 5],
    ['saker_starts_total', {}, 3],
    ['saker_unobserved_seconds_total', {}, 12.5],
    ['saker_skipped_runs_total', {}, 4],
    ['saker_held_events_total', { end: 'expired' }, 1],
    ['saker_output_failing', { output: 'http' }, 1],
    ['saker_output_failing', { output: 'file' }, 0],
    ['saker_output_last_failure_timestamp_seconds', { output: 'http' }, 1_700_000_099.5],
    ['saker_output_spool_bytes', { output: 'http' }, 4096],
    ['saker_output_held_back_total', { output: 'http' }, 3],
    ['saker_canary_duration_seconds', {}, 0.012],
    ['saker_backlog_seconds', {}, 0.25],
  ];
  for (const [name, labels, wanted] of cases) assert.equal(value(name, labels), wanted, name);
  const tags = series.find(({ labels }) => labels.rule_name === 'Read a file')!.labels;
  assert.deepEqual(tags, {
    priority: '4',
    rule_name: 'Read a file',
    source: 'syscall',
    tag_T1555: 'true',
    tag_mitre_credential_access: 'true',
  });
});

test('each switch takes its metrics away, and no others', () => {
  const names = (over: Partial<typeof ALL>) =>
    new Set(metricFamilies(readings(), { ...ALL, ...over }).map(({ name }) => name));
  const cases: readonly [over: Partial<typeof ALL>, some: string][] = [
    [{ resources: false }, 'falcosecurity_falco_memory_rss_bytes'],
    [{ rules: false }, 'falcosecurity_falco_rules_matches_total'],
    [{ state: false }, 'saker_containers'],
    [{ kernel: false }, 'falcosecurity_scap_n_drops_total'],
    [{ programs: false }, 'falcosecurity_scap_open_syscall_run_cnt_total'],
    [{ containers: false }, 'falcosecurity_plugins_container_n_containers_total'],
  ];
  for (const [over, some] of cases) {
    assert.ok(names({}).has(some) && !names(over).has(some), some);
    for (const [, other] of cases) if (other !== some) assert.ok(names(over).has(other), other);
  }
});
