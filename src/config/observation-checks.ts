/** What no shape of a key of `webserver` and `metrics` shows. */
import { BlockList, isIP } from 'node:net';
import type { Problem } from '../base/errors.ts';
import { parseDuration } from './duration.ts';
import { placeOf } from './place.ts';
import type { Config } from './schema.ts';
import { type MapTree, problemAt } from './tree.ts';

/** Falco's least interval. */
const LEAST_MS = 100;
/** A timer of Node holds no more: 2^31 - 1 ms. */
const MOST_MS = 2_147_483_647;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** @param host an address, or localhost */
function isLoopback(host: string): boolean {
  return host === 'localhost' || LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** Where the web server may listen: what is configured, or, where that would show the host's rules to the network, loopback. */
export function listenHost(
  web: Pick<Config['webserver'], 'listen_address' | 'ssl_enabled' | 'allow_plaintext'>,
): string {
  const host = web.listen_address.replace(/^\[(.*)\]$/, '$1');
  if (isLoopback(host) || web.ssl_enabled || web.allow_plaintext) return host;
  return host.includes(':') ? '::1' : '127.0.0.1';
}

export function checkObservation({ webserver, metrics }: Config, tree: MapTree): Problem[] {
  const problems: Problem[] = [];
  const wrong = (path: readonly string[], what: string, advice: string): void =>
    void problems.push(
      problemAt('SAKER_E_CONFIG_VALUE', placeOf(tree, path), `${path.join('.')} ${what}`, advice),
    );
  checkWeb(webserver, tree, wrong, problems);
  const ms = parseDuration(metrics.interval);
  if (ms === null || ms < LEAST_MS || ms > MOST_MS)
    wrong(
      ['metrics', 'interval'],
      `is "${metrics.interval}"`,
      'write a time from 100ms to 24d, for instance 30s, 15m, 1h or 1h30m',
    );
  if (metrics.output_file !== '' && !metrics.output_file.startsWith('/'))
    wrong(['metrics', 'output_file'], 'is no absolute path', 'write the whole path of the file');
  return problems;
}

type Wrong = (path: readonly string[], what: string, advice: string) => void;

function checkWeb(web: Config['webserver'], tree: MapTree, wrong: Wrong, problems: Problem[]): void {
  const { k8s_healthz_endpoint: health, listen_address, ssl_enabled, ssl_certificate } = web;
  if (!/^\/[A-Za-z0-9._~/-]{1,255}$/.test(health) || health === '/metrics' || health === '/versions')
    wrong(
      ['webserver', 'k8s_healthz_endpoint'],
      `is "${health}"`,
      'write a path such as /healthz, of letters, digits and . _ ~ - /, and not that of another page',
    );
  const host = listen_address.replace(/^\[(.*)\]$/, '$1');
  if (host !== 'localhost' && isIP(host) === 0) {
    wrong(
      ['webserver', 'listen_address'],
      `is "${listen_address}"`,
      'write an IPv4 or IPv6 address, or localhost',
    );
    return;
  }
  if (web.enabled && ssl_enabled && !ssl_certificate.startsWith('/'))
    wrong(
      ['webserver', 'ssl_certificate'],
      'is no absolute path',
      'name a PEM file with certificate and key',
    );
  const at = listenHost(web);
  if (web.enabled && at !== host)
    problems.push(
      problemAt(
        'SAKER_W_CONFIG_LISTEN',
        placeOf(tree, ['webserver', 'listen_address']),
        `webserver.listen_address ${host} is reached from other machines, and without TLS: the web server listens on ${at} only`,
        'set webserver.ssl_enabled: true with ssl_certificate, or webserver.allow_plaintext: true if the network is to be trusted with rule names and counts',
      ),
    );
}
