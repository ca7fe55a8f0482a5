import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricFamilies } from '../../src/metrics/index.ts';
import { ALL, readings } from '../unit/metrics/readings.ts';

/** Falco's metrics and their types, as dashboards and alert rules made for it name them. */
const PRESENT: Readonly<Record<string, string>> = {
  falcosecurity_falco_version_info: 'gauge',
  falcosecurity_falco_kernel_release_info: 'gauge',
  falcosecurity_falco_sha256_config_files_info: 'gauge',
  falcosecurity_falco_sha256_rules_files_info: 'gauge',
  falcosecurity_falco_start_timestamp_nanoseconds: 'gauge',
  falcosecurity_falco_reload_timestamp_nanoseconds: 'gauge',
  falcosecurity_falco_duration_seconds_total: 'counter',
  falcosecurity_falco_evt_source_info: 'gauge',
  falcosecurity_falco_outputs_queue_num_drops_total: 'counter',
  falcosecurity_falco_rules_matches_total: 'counter',
  falcosecurity_falco_host_boot_timestamp_nanoseconds: 'gauge',
  falcosecurity_falco_host_num_cpus_total: 'gauge',
  falcosecurity_falco_cpu_usage_ratio: 'gauge',
  falcosecurity_falco_memory_rss_bytes: 'gauge',
  falcosecurity_falco_memory_vsz_bytes: 'gauge',
  falcosecurity_falco_memory_pss_bytes: 'gauge',
  falcosecurity_falco_container_memory_used_bytes: 'gauge',
  falcosecurity_falco_host_cpu_usage_ratio: 'gauge',
  falcosecurity_falco_host_memory_used_bytes: 'gauge',
  falcosecurity_falco_host_procs_running_total: 'gauge',
  falcosecurity_falco_host_open_fds_total: 'gauge',
  falcosecurity_scap_engine_name_info: 'gauge',
  falcosecurity_scap_n_evts_total: 'counter',
  falcosecurity_scap_n_drops_total: 'counter',
  falcosecurity_scap_n_drops_buffer_total: 'counter',
  falcosecurity_scap_n_drops_full_threadtable_total: 'counter',
  falcosecurity_scap_n_noncached_thread_lookups_total: 'counter',
  falcosecurity_scap_n_failed_thread_lookups_total: 'counter',
  falcosecurity_scap_open_syscall_run_cnt_total: 'counter',
  falcosecurity_scap_open_syscall_run_time_nanoseconds_total: 'counter',
  falcosecurity_scap_open_syscall_avg_time_nanoseconds: 'gauge',
  falcosecurity_evt_hostname_info: 'gauge',
  falcosecurity_plugins_container_n_containers_total: 'gauge',
  falcosecurity_plugins_container_n_missing_container_images_total: 'gauge',
};

/** What would be untrue or always 0, by the reason. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'saker does not use jemalloc': ['falcosecurity_falco_jemalloc_allocated_bytes'],
  'counters are sums over all processors': [
    'falcosecurity_scap_n_evts_cpu_total',
    'falcosecurity_scap_n_drops_cpu_total',
  ],
  'saker has no such map, and a page that is not there is no reason to lose an event': [
    'falcosecurity_scap_n_drops_scratch_map_total',
    'falcosecurity_scap_n_drops_page_faults_total',
    'falcosecurity_scap_n_drops_bug_total',
  ],
  'saker keeps processes, not threads (saker_processes)': [
    'falcosecurity_scap_n_threads_total',
    'falcosecurity_scap_n_added_threads_total',
    'falcosecurity_scap_n_removed_threads_total',
    'falcosecurity_scap_n_cached_thread_lookups_total',
  ],
  'saker keeps no table of descriptors': [
    'falcosecurity_scap_n_fds_total',
    'falcosecurity_scap_n_added_fds_total',
    'falcosecurity_scap_n_removed_fds_total',
    'falcosecurity_scap_n_cached_fd_lookups_total',
    'falcosecurity_scap_n_noncached_fd_lookups_total',
    'falcosecurity_scap_n_failed_fd_lookups_total',
  ],
  'a record is of a whole call: no entry of it is stored for later': [
    'falcosecurity_scap_n_stored_evts_total',
    'falcosecurity_scap_n_store_evts_drops_total',
    'falcosecurity_scap_n_retrieved_evts_total',
    'falcosecurity_scap_n_retrieve_evts_drops_total',
  ],
};

const types = new Map(metricFamilies(readings(), ALL).map(({ name, type }) => [name, type]));

test('each of Falco’s metrics is there, with its type, or left out for a reason', () => {
  for (const [name, type] of Object.entries(PRESENT)) assert.equal(types.get(name), type, name);
  for (const name of Object.values(LEFT_OUT).flat()) assert.ok(!types.has(name), name);
});

test('no name of Falco’s is used for something that Falco does not have', () => {
  const own = [...types.keys()].filter((name) => !Object.hasOwn(PRESENT, name));
  assert.deepEqual(
    own.filter((name) => !name.startsWith('saker_')),
    [],
  );
});
