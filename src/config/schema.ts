import { PRIORITIES } from '../base/alert.ts';
import { STRATEGIES } from './merge.ts';
import { METRICS, WEBSERVER } from './observation.ts';
import type { Shape, ValueOf } from './shape.ts';
import { TARGET } from './targets.ts';

/** Which keys exist and what they hold. Their meaning and default stand in defaults.ts. */

const bool = { kind: 'bool' } as const;
const text = { kind: 'text' } as const;
const texts = { kind: 'list', of: text } as const;
const secret = { kind: 'text', secret: true } as const;
const int = <const Min extends number, const Max extends number>(min: Min, max: Max) =>
  ({ kind: 'int', min, max }) as const;

const number = <const Min extends number, const Max extends number>(min: Min, max: Max) =>
  ({ kind: 'number', min, max }) as const;

const selector = { kind: 'item', keys: { rule: text, tag: text } } as const;

const alertFormat = { kind: 'choice', values: ['auto', 'json', 'text'] } as const;

const containerEngine = { kind: 'section', keys: { enabled: bool, sockets: texts } } as const;

export const SCHEMA = {
  kind: 'section',
  keys: {
    config_files: {
      kind: 'list',
      of: {
        kind: 'either',
        single: text,
        keyed: { kind: 'item', keys: { path: text, strategy: { kind: 'choice', values: STRATEGIES } } },
      },
    },
    rules_files: texts,
    compat: { kind: 'choice', values: ['saker', 'falco'] },
    watch_config_files: bool,
    rules: { kind: 'list', of: { kind: 'item', keys: { enable: selector, disable: selector } } },
    rule_matching: { kind: 'choice', values: ['first', 'all'] },
    priority: {
      kind: 'choice',
      values: PRIORITIES,
      aliases: { info: 'Informational', emerg: 'Emergency', crit: 'Critical', err: 'Error', warn: 'Warning' },
    },
    json_output: bool,
    json_include_output_property: bool,
    json_include_message_property: bool,
    json_include_output_fields_property: bool,
    json_include_tags_property: bool,
    time_format_iso_8601: bool,
    buffer_format_base64: bool,
    static_fields: { kind: 'map', of: text },
    append_output: {
      kind: 'list',
      of: {
        kind: 'item',
        keys: {
          match: { kind: 'item', keys: { source: text, rule: text, tags: texts } },
          suggested_output: bool,
          extra_output: text,
          extra_fields: {
            kind: 'list',
            of: { kind: 'either', single: text, keyed: { kind: 'map', of: text } },
          },
        },
      },
    },
    noise_control: {
      kind: 'item',
      keys: {
        preset: { kind: 'choice', values: ['auto', 'off', 'default', 'strict'] },
        window_s: int(1, 86_400),
        dedup: bool,
        dedup_by: texts,
        per_rule: int(0, 1_000_000),
        per_group: int(0, 1_000_000),
        group_by: texts,
        budget: int(0, 1_000_000),
        except: texts,
      },
    },
    buffered_outputs: bool,
    outputs_queue: { kind: 'section', keys: { capacity: int(0, 1_000_000) } },
    output_timeout: int(1, 600_000),
    stdout_output: { kind: 'section', keys: { enabled: bool, format: alertFormat } },
    journal_output: { kind: 'section', keys: { enabled: bool } },
    syslog_output: {
      kind: 'section',
      keys: {
        enabled: bool,
        protocol: { kind: 'choice', values: ['local', 'udp', 'tcp', 'tls'] },
        address: text,
        insecure: bool,
        ca_cert: text,
        ca_bundle: text,
        ca_path: text,
        client_cert: text,
        client_key: text,
        format: alertFormat,
      },
    },
    file_output: {
      kind: 'section',
      keys: {
        enabled: bool,
        keep_alive: bool,
        filename: text,
        format: alertFormat,
        fsync: { kind: 'choice', values: ['never', 'second', 'batch'] },
      },
    },
    program_output: {
      kind: 'section',
      // A command such as curl's may carry a token.
      keys: { enabled: bool, keep_alive: bool, program: secret, format: alertFormat },
    },
    http_output: {
      kind: 'section',
      keys: {
        enabled: bool,
        url: secret,
        user_agent: text,
        headers: { kind: 'map', of: secret },
        insecure: bool,
        ca_cert: text,
        ca_bundle: text,
        ca_path: text,
        mtls: bool,
        client_cert: text,
        client_key: text,
        echo: bool,
        compress_uploads: bool,
        keep_alive: bool,
        max_consecutive_timeouts: int(0, 1000),
        format: alertFormat,
      },
    },
    targets: { kind: 'list', of: TARGET },
    spool: {
      kind: 'section',
      keys: {
        enabled: bool,
        path: text,
        max_size_mb: int(1, 1_000_000),
        max_age_hours: int(0, 100_000),
        sync_ms: int(0, 600_000),
      },
    },
    webserver: WEBSERVER,
    metrics: METRICS,
    syscall_event_drops: {
      kind: 'section',
      keys: {
        threshold: number(0, 1),
        actions: { kind: 'list', of: { kind: 'choice', values: ['ignore', 'log', 'alert', 'exit'] } },
        rate: number(0, 1_000_000),
        max_burst: number(0, 1_000_000),
        simulate_drops: bool,
      },
    },
    container_engines: {
      kind: 'section',
      keys: {
        docker: containerEngine,
        podman: containerEngine,
        containerd: containerEngine,
        cri: containerEngine,
        label_max_len: int(1, 65_536),
        hold_ms: int(0, 10_000),
      },
    },
    log_stderr: bool,
    log_syslog: bool,
    log_level: {
      kind: 'choice',
      values: ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'],
      aliases: { informational: 'info' },
    },
    libs_logger: {
      kind: 'section',
      keys: {
        enabled: bool,
        severity: {
          kind: 'choice',
          values: ['warning', 'info', 'debug'],
          // Of Falco's eight, what libbpf says has these three levels.
          aliases: {
            ...{ fatal: 'warning', critical: 'warning', error: 'warning' },
            ...{ notice: 'info', informational: 'info', trace: 'debug' },
          },
        },
      },
    },
    falco_libs: {
      kind: 'section',
      keys: {
        thread_table_size: int(0, 4_194_304),
        thread_table_auto_purging_interval_s: int(1, 86_400),
        thread_table_auto_purging_thread_timeout_s: int(1, 86_400),
        snaplen: int(1, 4096),
      },
    },
    syscall_event_timeouts: { kind: 'section', keys: { max_consecutives: int(1, 10_000_000) } },
    base_syscalls: { kind: 'section', keys: { custom_set: texts, repair: bool, all: bool } },
    engine: {
      kind: 'section',
      keys: {
        // Falco's other live engines: who asks for one wants this host watched, and saker has one way to do it.
        kind: {
          kind: 'choice',
          values: ['modern_ebpf', 'replay'],
          aliases: { kmod: 'modern_ebpf', ebpf: 'modern_ebpf' },
        },
        // Falco's other source of events; a relative name counts from the directory saker was started in.
        replay: { kind: 'section', keys: { capture_file: text } },
        modern_ebpf: { kind: 'section', keys: { buf_size_preset: int(1, 10), drop_failed_exit: bool } },
      },
    },
  },
} as const satisfies Shape;

/** The whole configuration, complete and frozen. */
export type Config = ValueOf<typeof SCHEMA>;
