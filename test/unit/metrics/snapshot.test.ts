import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotFields } from '../../../src/metrics/index.ts';
import { ALL, readings } from './readings.ts';

const OPTIONS = { ...ALL, inMb: true, withEmpty: false };

test('the first snapshot has totals and no rates of events', () => {
  const { fields } = snapshotFields(readings(), null, OPTIONS);
  assert.deepEqual(fields, {
    'evt.hostname': 'h1',
    'evt.source': 'syscall',
    'falco.version': '1.2.3',
    'falco.start_ts': 1_700_000_000_000_000_000n,
    'falco.reload_ts': 1_700_000_050_000_000_000n,
    'falco.duration_sec': 100,
    'falco.kernel_release': '6.1.0',
    'falco.host_boot_ts': 1_600_000_000_000_000_000n,
    'falco.host_num_cpus': 4,
    'falco.hostname': 'h1',
    'falco.outputs_queue_num_drops': 3,
    'scap.engine_name': 'modern_bpf',
    'saker.healthy': true,
    'falco.sha256_rules_file.a_yaml': 'aa',
    'falco.sha256_config_file.saker_yaml': 'bb',
    'falco.num_evts': 5000,
    'falco.num_evts_prev': 0,
    'falco.cpu_usage_perc': 5,
    'falco.memory_rss_mb': 64,
    'falco.memory_vsz_mb': 512,
    'falco.memory_pss_mb': 40,
    'falco.container_memory_used_mb': 80,
    'falco.host_cpu_usage_perc': 25,
    'falco.host_memory_used_mb': 2048,
    'falco.host_procs_running': 3,
    'falco.host_open_fds': 1000,
    'falco.rules.matches_total': 9,
    'falco.rules.Read_a_file': 9,
    'falco.n_noncached_thread_lookups': 10,
    'falco.n_failed_thread_lookups': 3,
    'scap.n_drops_buffer_open_exit': 5n,
    'scap.n_drops_buffer_other_interest_exit': 1n,
    'scap.n_drops_buffer_total': 6n,
    'scap.n_evts': 5001n,
    'scap.n_evts_prev': 0n,
    'scap.evts_rate_sec': 0,
    'scap.n_drops': 6n,
    'scap.n_drops_prev': 0n,
    'scap.evts_drop_rate_sec': 0,
    'scap.n_drops_perc': 0.1,
  });
});

test('rates are of the time since the snapshot before', () => {
  const first = snapshotFields(readings(), null, OPTIONS);
  const kernel = readings().kernel!;
  const counts = kernel.counts.map((count) => ({
    ...count,
    sent: count.sent + 100n,
    lost: count.lost + 100n,
  }));
  const later = readings({
    wallNs: readings().wallNs + 10_000_000_000n,
    engine: { ...readings().engine!, events: 5055 },
    kernel: { ...kernel, counts },
  });
  const { fields } = snapshotFields(later, first.totals, OPTIONS);
  const some = [
    'falco.evts_rate_sec',
    'falco.num_evts_prev',
    'scap.evts_rate_sec',
    'scap.evts_drop_rate_sec',
    'scap.n_drops_perc',
  ];
  assert.deepEqual(
    some.map((name) => fields[name]),
    [5.5, 5000, 60, 30, 50],
  );
});

test('an engine that does not answer does not look as if it had seen nothing', () => {
  const first = snapshotFields(readings(), null, OPTIONS);
  const mute = readings({
    wallNs: readings().wallNs + 1_000_000_000n,
    engine: null,
    kernel: null,
    process: null,
    host: null,
  });
  const { fields, totals } = snapshotFields(mute, first.totals, OPTIONS);
  assert.equal(fields['falco.num_evts'], 5000);
  assert.equal(totals.kernelEvents, 5001n);
  assert.ok(!('scap.n_evts' in fields) && !('falco.memory_rss_mb' in fields));
});

test('switches: units, empty values, groups', () => {
  const kib = snapshotFields(readings(), null, { ...OPTIONS, inMb: false }).fields;
  assert.equal(kib['falco.memory_rss_kb'], 65_536);
  assert.equal(kib['falco.container_memory_used_bytes'], 80 << 20);
  const empty = snapshotFields(readings(), null, { ...OPTIONS, withEmpty: true }).fields;
  assert.equal(empty['falco.rules.Never'], 0);
  assert.equal(empty['scap.n_drops_buffer_close_exit'], 0n);
  const none = {
    resources: false,
    rules: false,
    state: false,
    kernel: false,
    programs: false,
    containers: false,
  };
  const bare = Object.keys(snapshotFields(readings(), null, { ...OPTIONS, ...none }).fields);
  assert.deepEqual(
    bare.filter((name) => /memory|rules\.|lookups|scap\.n_/.test(name)),
    [],
  );
});
