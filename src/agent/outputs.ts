import { parseAddress } from '../base/address.ts';
import type { Config } from '../config/index.ts';
import { type Delivery, type DeliveryOptions, type Target, wantsColour } from '../delivery/index.ts';
import type { Log } from './log.ts';

/** Alerts an output may hold back where the configuration leaves it to saker (falco.yaml's 0). */
const DEFAULT_CAPACITY = 32_768;
// What IANA has assigned: syslog, syslog-tls.
const SYSLOG_PORT = 514;
const SYSLOG_TLS_PORT = 6514;

/** Configuration → the destinations to open. */
export function deliveryOptions(
  config: Config,
  log: Log,
  canary: NonNullable<DeliveryOptions['canary']>,
): DeliveryOptions {
  const json = (format: 'auto' | 'json' | 'text'): boolean =>
    format === 'auto' ? config.json_output : format === 'json';
  const { stdout_output, journal_output, syslog_output, file_output, program_output } = config;
  const isLocal = syslog_output.protocol === 'local';
  return {
    canary,
    capacity: config.outputs_queue.capacity || DEFAULT_CAPACITY,
    stallMs: config.output_timeout,
    stdout: stdout_output.enabled
      ? { json: json(stdout_output.format), colour: wantsColour(1, process.env) }
      : null,
    journal: journal_output.enabled ? {} : null,
    syslog: syslog_output.enabled && isLocal ? { json: json(syslog_output.format) } : null,
    syslogServer: syslog_output.enabled ? syslogServer(syslog_output, json(syslog_output.format)) : null,
    file: file_output.enabled
      ? {
          filename: file_output.filename,
          json: json(file_output.format),
          keepAlive: file_output.keep_alive,
          fsync: file_output.fsync,
        }
      : null,
    program: program_output.enabled
      ? {
          program: program_output.program,
          keepAlive: program_output.keep_alive,
          json: json(program_output.format),
        }
      : null,
    http: config.http_output.enabled ? httpOutput(config.http_output, json(config.http_output.format)) : null,
    targets: config.targets.map(named),
    spool: spool(config.spool),
    onState: (sink, error) => {
      if (error === null) log.notice(`output ${sink} works again`);
      else log.error(`output ${sink}: ${error}`);
    },
    onNote: (sink, text) => log.notice(`output ${sink}: ${text}`),
  };
}

/** After a reload: brings the destinations to what the configuration wants now, and says what became of each. */
export async function changeOutputs(delivery: Delivery, wanted: DeliveryOptions, log: Log): Promise<void> {
  for (const { name, what, error } of await delivery.change(wanted)) {
    if (what === 'kept')
      log.error(`output ${name} goes on with its old settings, the new ones fail: ${error}`);
    else if (error !== null) log.warning(`output ${name} was ${what}: ${error}`);
    else log.notice(`output ${name} was ${what}`);
  }
}

function syslogServer(
  { protocol, address, ...tls }: Config['syslog_output'],
  json: boolean,
): DeliveryOptions['syslogServer'] {
  const target = parseAddress(address, protocol === 'tls' ? SYSLOG_TLS_PORT : SYSLOG_PORT);
  if (protocol === 'local' || target === null) return null;
  return { protocol, ...target, json, tls: tlsFiles(tls) };
}

function httpOutput(config: Config['http_output'], json: boolean): NonNullable<DeliveryOptions['http']> {
  const own = config.mtls ? {} : { client_cert: '', client_key: '' };
  return {
    url: config.url,
    userAgent: config.user_agent,
    headers: config.headers,
    tls: tlsFiles({ ...config, ...own }),
    echo: config.echo,
    compress: config.compress_uploads,
    keepAlive: config.keep_alive,
    maxConsecutiveTimeouts: config.max_consecutive_timeouts,
    json,
  };
}

function tlsFiles(
  keys: Pick<
    Config['http_output'],
    'insecure' | 'ca_cert' | 'ca_bundle' | 'ca_path' | 'client_cert' | 'client_key'
  >,
) {
  return {
    insecure: keys.insecure,
    caCert: keys.ca_cert,
    caBundle: keys.ca_bundle,
    caPath: keys.ca_path,
    clientCert: keys.client_cert,
    clientKey: keys.client_key,
  };
}

/** A target without a name is called after its kind. */
function named(target: Config['targets'][number]): Target {
  return Object.fromEntries(
    Object.entries(target).map(([kind, section]) => [kind, { ...section, name: section.name || kind }]),
  );
}

function spool({
  enabled,
  path,
  max_size_mb,
  max_age_hours,
  sync_ms,
}: Config['spool']): DeliveryOptions['spool'] {
  if (!enabled) return null;
  return {
    folder: path,
    maxBytes: max_size_mb * (1 << 20),
    maxAgeMs: max_age_hours * 3_600_000,
    syncMs: sync_ms,
  };
}
