import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { metricFamilies, prometheusText } from '../../../src/metrics/index.ts';
import { parseExposition } from '../metrics/exposition.ts';
import { ALL, readings } from '../metrics/readings.ts';
import { selectorsOf } from './promql.ts';

const packaging = join(import.meta.dirname, '../../../packaging');
const rulesFile = join(packaging, 'prometheus/saker.rules.yaml');

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}

const groups: { name: string; rules: AlertRule[] }[] = parse(readFileSync(rulesFile, 'utf8')).groups;
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(join(packaging, 'grafana/saker.json'), 'utf8'));
const panels: Panel[] = dashboard.panels;

/** Metric → labels of its series, and those that Prometheus adds to all it scrapes. */
const text = prometheusText(metricFamilies(readings(), ALL));
const known = new Map<string, Set<string>>([['up', new Set(['instance', 'job'])]]);
for (const { name, labels } of parseExposition(text).series)
  known.set(name, new Set([...(known.get(name) ?? ['instance', 'job']), ...Object.keys(labels)]));
const counters = new Set(
  [...parseExposition(text).types].flatMap(([name, type]) => (type === 'counter' ? [name] : [])),
);

/** What is wrong with the names in an expression. */
function wrongNames(expression: string): string[] {
  return selectorsOf(expression).flatMap(({ metric, labels, hasRange }) => {
    const has = known.get(metric);
    if (has === undefined) return [`there is no ${metric}`];
    const missing = labels.filter((label) => !has.has(label)).map((label) => `${metric} has no ${label}`);
    return counters.has(metric) && !hasRange ? [...missing, `${metric} only grows`] : missing;
  });
}

/** Labels that a template or legend shows. */
const shown = (template: string): string[] =>
  [...template.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, name]) => name!);

function labelsShown(expression: string): Set<string> {
  const grouped = /\bby \(([^)]*)\)/.exec(expression)?.[1];
  if (grouped !== undefined) return new Set(grouped.split(/\s*,\s*/));
  const all = selectorsOf(expression).map(({ metric }) => known.get(metric) ?? new Set<string>());
  return new Set(all.flatMap((labels) => [...labels]));
}

for (const { alert, expr, for: since, labels, annotations } of rules) {
  test(`alert rule ${alert}`, () => {
    assert.deepEqual(wrongNames(expr), []);
    assert.match(alert, /^Saker[A-Z][A-Za-z]+$/);
    assert.match(since ?? '1m', /^\d+[smh]$/);
    assert.ok(['critical', 'warning', 'info'].includes(labels.severity));
    assert.ok(annotations.summary !== '' && annotations.description !== '');
    for (const label of Object.values(annotations).flatMap(shown))
      assert.ok(labelsShown(expr).has(label), label);
    assert.match(expr, /(==|>) \S+$/, 'it compares with something');
  });
}

test('alert rules have names of their own', () => {
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length);
});

/** As Grafana puts it in. */
const filled = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');

for (const panel of panels.filter(({ type }) => type !== 'row')) {
  test(`dashboard panel: ${panel.title}`, () => {
    assert.ok(panel.targets !== undefined && panel.targets.length > 0);
    assert.equal(new Set(panel.targets.map(({ refId }) => refId)).size, panel.targets.length);
    for (const { expr, legendFormat } of panel.targets) {
      assert.deepEqual(wrongNames(filled(expr)), []);
      assert.doesNotMatch(filled(expr), /\$/, 'no variable that the dashboard does not have');
      assert.match(expr, /instance=~"\$instance"/);
      for (const label of shown(legendFormat)) assert.ok(labelsShown(filled(expr)).has(label), label);
    }
  });
}

test('the dashboard is one that Grafana takes: ids, grid, variables', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = new Set<string>();
  for (const { gridPos, title } of panels) {
    assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!cells.has(`${x},${y}`), `${title} lies over another`);
        cells.add(`${x},${y}`);
      }
    }
  }
  const names = dashboard.templating.list.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['datasource', 'instance']);
  const question = /^label_values\((\w+), (\w+)\)$/.exec(dashboard.templating.list[1].definition);
  assert.ok(known.get(question?.[1] ?? '')?.has(question?.[2] ?? ''));
  assert.ok(dashboard.uid && dashboard.title && dashboard.schemaVersion >= 36);
});

test('what is misspelt is found', () => {
  const cases: readonly [expression: string, says: RegExp][] = [
    ['saker_helthy == 0', /there is no saker_helthy/],
    ['sum by (rule) (rate(saker_rule_seconds_total[5m])) > 0', /has no rule/],
    ['saker_output_failing{sink="x"} > 0', /has no sink/],
    ['saker_output_dropped_total > 0', /only grows/],
  ];
  for (const [expression, says] of cases) assert.match(wrongNames(expression).join(), says);
  for (const broken of [
    'saker_healthy ==',
    '(saker_healthy',
    'rate(saker_rule_seconds_total)',
    'saker_healthy[5m] > 0',
    'increse(saker_rule_seconds_total[5m])',
    'saker_healthy{instance="a}',
    'saker_healthy 5',
    'rate(saker_rule_seconds_total[5])',
    'topk(sum(saker_rules))',
  ])
    assert.throws(() => selectorsOf(broken), Error, broken);
});

const skip = process.env.SAKER_PROMTOOL !== '1' && 'needs promtool(1), and SAKER_PROMTOOL=1';

/** Series, a value each minute, that each rule has to speak about, and to be silent about. */
const FIRES: Readonly<Record<string, readonly [series: string, fires: string, silent: string]>> = {
  SakerDown: ['up{job="saker"}', '0x60', '1x60'],
  SakerBlind: ['saker_healthy', '0x60', '1x60'],
  SakerBehind: ['saker_backlog_seconds', '5x60', '0.5x60'],
  SakerEventsLost: ['saker_kernel_events_lost_total{type="openat"}', '0+1x60', '7x60'],
  SakerProgramsSkipped: ['saker_skipped_runs_total', '0+1x60', '7x60'],
  SakerNoRules: ['saker_rules', '0x60', '2x60'],
  SakerRestarts: ['falcosecurity_falco_start_timestamp_nanoseconds', '0+1x60', '7x60'],
  SakerOutputFailing: ['saker_output_failing{output="http"}', '1x60', '0x60'],
  SakerAlertsRefused: ['saker_output_refused_total{output="http"}', '0+1x60', '7x60'],
  SakerSpoolStays: ['saker_output_spool_records{output="http"}', '9x90', '0x90'],
  SakerAlertsHeldBack: ['saker_rule_suppressed_total{rule_name="r",reason="rate"}', '0+1x60', '7x60'],
  SakerExpensiveRule: ['saker_rule_seconds_total{rule_name="r"}', '0+6x60', '0+1x60'],
  SakerMemory: ['falcosecurity_falco_memory_rss_bytes', '2147483648x60', '67108864x60'],
  SakerMetricsIncomplete: ['saker_kernel_answers', '0x60', '1x60'],
  SakerCriticalMatch: [
    'falcosecurity_falco_rules_matches_total{rule_name="r",priority="1"}',
    '0+1x60',
    '7x60',
  ],
};

test('by promtool: alert rules speak when they should, and only then', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-alerts-'));
  const file = join(folder, 'tests.yaml');
  const tests = Object.entries(FIRES).flatMap(([alert, [series, fires, silent]]) =>
    [fires, silent].map((values) => ({
      interval: '1m',
      input_series: [{ series, values }],
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: values.endsWith('90') ? '80m' : '50m',
          exp_samples: values === fires ? [{ labels: '{}', value: 1 }] : [],
        },
      ],
    })),
  );
  writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, stdout + stderr);
});

test('by promtool: rules, metrics and the queries of panels are what it takes', { skip }, () => {
  const checked = spawnSync('promtool', ['check', 'rules', rulesFile], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  const metrics = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  // It also finds fault with names; those are Falco's.
  assert.doesNotMatch(metrics.stderr + metrics.stdout, /error while linting|parsing error/i);
  const folder = mkdtempSync(join(tmpdir(), 'saker-promql-'));
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => filled(expr)));
  const recorded = expressions.map((expr, i) => ({ record: `panel:${i}`, expr }));
  const file = join(folder, 'panels.yaml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: recorded }] }));
  const queries = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(queries.status, 0, queries.stderr);
});
