import type { Config } from './schema.ts';

// containerd's API and its CRI share a socket; k3s has its own, Bottlerocket calls it host-containerd.
const CONTAINERD = [
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/host-containerd/containerd.sock',
];

/**
 * What saker does when nothing is written. Names and values are falco.yaml's, except where a comment says why not.
 * /etc/saker/saker.yaml repeats them for administrators.
 */
export const DEFAULTS: Config = {
  // Further files, read in this order after the main file; a directory stands for its *.yaml and *.yml by name.
  config_files: ['/etc/saker/config.d'],
  // Rules: files, or directories read by name. Later files may change what earlier ones define.
  rules_files: ['/usr/share/saker/rules', '/etc/saker/rules.d'],
  // `falco` keeps Falco's exact reading of rules where saker's differs (docs/differences.md). saker's own.
  compat: 'saker',
  // Reload when a file above changes. A file that does not load leaves the old rules in force.
  watch_config_files: true,

  // Switch rules on or off after loading, in order: { disable: { tag: network } }, { enable: { rule: "Read *" } }.
  rules: [],
  // `first`: an event gives at most one alert, of the first matching rule; `all`: one per matching rule.
  rule_matching: 'first',
  // Rules less severe than this are not loaded.
  priority: 'Debug',

  // Alerts as JSON lines instead of text, for every output whose format is `auto`.
  json_output: false,
  json_include_output_property: true,
  json_include_message_property: false,
  json_include_output_fields_property: true,
  json_include_tags_property: true,
  // ISO 8601 in UTC in front of text alerts, instead of the local time of day.
  time_format_iso_8601: false,
  // Buffers (evt.buffer) as base64 instead of ASCII with a dot for every other byte.
  buffer_format_base64: false,
  // Fields added to every alert, for instance { site: berlin }.
  static_fields: {},
  // Text and fields added to the alerts of chosen rules.
  append_output: [],

  // Repeats and floods of alerts: counted, and told in summaries. Keys that are not written are the preset's
  // (src/agent/noise.ts); `auto` is `off` for a falco.yaml and `compat: falco`, else `default`. saker's own.
  noise_control: { preset: 'auto' },

  // Kept for falco.yaml's sake: saker hands complete lines to the system at once either way.
  buffered_outputs: false,
  // Alerts each output may hold back while its destination is slow. Falco's 0 means unbounded, which lets a dead
  // destination eat the host; in saker 0 stands for the default. What does not fit is counted and reported.
  outputs_queue: { capacity: 32_768 },
  // Milliseconds an output may stand still before that is reported.
  output_timeout: 2000,

  // `format` (auto, json, text) is saker's own: a file for machines beside a terminal for people.
  stdout_output: { enabled: true, format: 'auto' },
  // The systemd journal with one field per output field. saker's own.
  journal_output: { enabled: false },
  // `enabled` alone is Falco's: /dev/log. The rest, saker's own, sends RFC 5424 messages to a server (`host:port`).
  syslog_output: {
    enabled: false,
    protocol: 'local',
    address: '',
    insecure: false,
    ca_cert: '',
    ca_bundle: '',
    ca_path: '',
    client_cert: '',
    client_key: '',
    format: 'auto',
  },
  // keep_alive: false opens the file anew for each batch of alerts; true keeps it open until SIGUSR1.
  // fsync, saker's own: a power cut costs what the kernel had not written yet, a second, or nothing.
  file_output: {
    enabled: false,
    keep_alive: true,
    filename: '/var/log/saker/alerts.json',
    format: 'auto',
    fsync: 'second',
  },
  // A shell command that reads a line for each alert. keep_alive: true starts it once, false once for each alert.
  program_output: { enabled: false, keep_alive: false, program: '', format: 'auto' },
  // One request for each alert. Falco opens a connection for each unless keep_alive; saker keeps it unless told not
  // to, and trusts what the system trusts where no ca_ key is set. `url` and `headers` may name a file or credential.
  http_output: {
    enabled: false,
    url: '',
    user_agent: 'saker',
    headers: {},
    insecure: false,
    ca_cert: '',
    ca_bundle: '',
    ca_path: '',
    mtls: false,
    client_cert: '/etc/ssl/certs/client.crt',
    client_key: '/etc/ssl/certs/client.key',
    echo: false,
    compress_uploads: false,
    keep_alive: true,
    max_consecutive_timeouts: 5,
    format: 'auto',
  },
  // Services with a form of their own: slack, pagerduty, loki, elasticsearch, alertmanager, webhook. saker's own.
  targets: [],
  // Where alerts for the network wait on the disk until they are delivered; size and age are bounds for each output,
  // 0 hours for no bound of age. saker's own.
  spool: {
    enabled: true,
    path: '/var/lib/saker/spool',
    max_size_mb: 256,
    max_age_hours: 168,
    sync_ms: 1000,
  },

  // What is done about lost events and alerts: nothing (ignore), a message (log), an alert, the end of the agent (exit);
  // `rate` times a second at most, after `max_burst` at once. The threshold is the part of the events; Falco's is 0.1, which
  // leaves smaller losses untold.
  syscall_event_drops: {
    threshold: 0,
    actions: ['log', 'alert'],
    rate: 0.03333,
    max_burst: 1,
    simulate_drops: false,
  },

  // No event for so many times 30 ms, the time that a poll of Falco's takes, though a canary is due: an alert.
  syscall_event_timeouts: { max_consecutives: 1000 },

  // Processes kept in mind (0: as many as Falco's default); how often, in seconds, those are looked for whose end was lost,
  // and how long one that is gone is kept, since events of it may still be on their way. `snaplen`: bytes kept of
  // what a call reads or writes, for rules that look at it.
  falco_libs: {
    thread_table_size: 262_144,
    thread_table_auto_purging_interval_s: 300,
    thread_table_auto_purging_thread_timeout_s: 300,
    snaplen: 80,
  },

  // The rules decide which system calls are watched. `custom_set: ["!NAME"]` keeps a call from all rules; names without
  // `!`, and `repair`, change nothing, since the state of processes and files comes from the kernel. With `all` rules
  // that leave the event type open see frequent calls (read, write, futex …) as well.
  base_syscalls: { custom_set: [], repair: false, all: false },

  // Who is asked about containers: a socket that does not exist costs nothing and is asked once it appears. The settings
  // of falco.yaml's plugin `container` mean the same. `label_max_len`: labels with longer values, in bytes, are left out.
  // `hold_ms`, saker's own: an event whose rule or output asks for what the runtime has not told yet waits so long.
  container_engines: {
    docker: { enabled: true, sockets: ['/run/docker.sock'] },
    podman: { enabled: true, sockets: ['/run/podman/podman.sock'] },
    containerd: { enabled: true, sockets: CONTAINERD },
    cri: { enabled: true, sockets: [...CONTAINERD, '/run/crio/crio.sock'] },
    label_max_len: 100,
    hold_ms: 500,
  },

  // Health, versions and metrics over HTTP. Falco's is on and listens everywhere: here it is off, since every user of
  // the host could see which rules match. `threadiness` has no effect. An address that other machines reach is listened
  // on with TLS only (`ssl_certificate`: certificate and key in one file), or with `allow_plaintext`, saker's own.
  webserver: {
    enabled: false,
    threadiness: 0,
    listen_port: 8765,
    listen_address: '127.0.0.1',
    k8s_healthz_endpoint: '/healthz',
    // Page /metrics. The switches `…_enabled` of `metrics` choose what is on it.
    prometheus_metrics_enabled: false,
    ssl_enabled: false,
    ssl_certificate: '/etc/saker/saker.pem',
    allow_plaintext: false,
  },
  // Snapshots of the metrics as alerts (`output_rule`) and as lines of JSON in a file (`output_file`; empty: none).
  metrics: {
    enabled: false,
    interval: '1h',
    output_rule: true,
    output_file: '',
    rules_counters_enabled: true,
    resource_utilization_enabled: true,
    state_counters_enabled: true,
    kernel_event_counters_enabled: true,
    libbpf_stats_enabled: true,
    plugins_metrics_enabled: true,
    convert_memory_to_mb: true,
    include_empty_values: false,
  },

  // saker's own messages (not alerts).
  log_stderr: true,
  log_syslog: false,
  log_level: 'info',
  // What libbpf says (warning, info, debug; Falco's other words stand for the nearest), in these messages. Falco's is on:
  // here it is off, since what matters of it is said in words of our own.
  libs_logger: { enabled: false, severity: 'info' },

  engine: {
    // saker's own eBPF programs; falco.yaml's kmod and ebpf mean the same here. With `replay` the rules run over a capture
    // file (.scap, also gzip'd), as any user, and saker ends with it.
    kind: 'modern_ebpf',
    replay: { capture_file: '' },
    // Size of the ring from the kernel: 1 = 1 MiB, 2 = 2 MiB, 3 = 4 MiB, 4 = 8 MiB … 10 = 512 MiB.
    // With drop_failed_exit no rule sees a call that failed.
    modern_ebpf: { buf_size_preset: 4, drop_failed_exit: false },
  },
};
