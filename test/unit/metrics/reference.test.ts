import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricFamilies } from '../../../src/metrics/index.ts';
import { ALL, readings } from './readings.ts';

const file = join(import.meta.dirname, '../../../docs/metrics.md');

const HEAD = `# Metrics

What /metrics of saker's web server shows (\`webserver.enabled\` and \`webserver.prometheus_metrics_enabled\` in saker.yaml).
Names that begin with \`falcosecurity_\` are Falco's, with its meaning and units; those of BPF programs stand for each
program. Alert rules for Prometheus and a dashboard for Grafana come with the package, in \`/usr/share/saker\`. Made by
\`UPDATE=1 node --test test/unit/metrics/reference.test.ts\`.

| metric | type | labels | |
|---|---|---|---|
`;

/** Tags are labels of a rule's own. */
const label = (name: string): string => (name.startsWith('tag_') ? 'tag_*' : name);

function reference(): string {
  const rows = metricFamilies(readings(), ALL).map(({ name, type, help, samples }) => {
    const labels = new Set(samples.flatMap(({ labels = {} }) => Object.keys(labels).map(label)));
    const shown = [...labels].map((one) => `\`${one}\``).join(' ');
    return `| \`${name.replace('open_syscall', 'PROGRAM')}\` | ${type} | ${shown} | ${help} |\n`;
  });
  return HEAD + rows.join('');
}

test('docs/metrics.md is what the metrics say of themselves', () => {
  if (process.env.UPDATE === '1') writeFileSync(file, reference());
  assert.equal(readFileSync(file, 'utf8'), reference());
});
