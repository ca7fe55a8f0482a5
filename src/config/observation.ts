/** Keys of falco.yaml by which the agent is watched. */

const bool = { kind: 'bool' } as const;
const text = { kind: 'text' } as const;

export const WEBSERVER = {
  kind: 'section',
  keys: {
    enabled: bool,
    threadiness: { kind: 'int', min: 0, max: 1024 },
    listen_port: { kind: 'int', min: 1, max: 65_535 },
    listen_address: text,
    k8s_healthz_endpoint: text,
    prometheus_metrics_enabled: bool,
    ssl_enabled: bool,
    ssl_certificate: text,
    allow_plaintext: bool,
  },
} as const;

export const METRICS = {
  kind: 'section',
  keys: {
    enabled: bool,
    interval: text,
    output_rule: bool,
    output_file: text,
    rules_counters_enabled: bool,
    resource_utilization_enabled: bool,
    state_counters_enabled: bool,
    kernel_event_counters_enabled: bool,
    libbpf_stats_enabled: bool,
    plugins_metrics_enabled: bool,
    convert_memory_to_mb: bool,
    include_empty_values: bool,
  },
} as const;
