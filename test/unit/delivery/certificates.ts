import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** An authority made for the test, a server for 127.0.0.1 and localhost, a client; null without openssl(1). */
export function makeCertificates(): Certificates | null {
  const folder = mkdtempSync(join(tmpdir(), 'saker-tls-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  try {
    openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      '/CN=test authority',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
    );
    for (const [name, subject, more] of [
      ['server', '/CN=localhost', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
      ['client', '/CN=saker test', 'extendedKeyUsage=clientAuth'],
    ] as const)
      openssl(
        ...[
          'req',
          '-x509',
          ...key,
          '-subj',
          subject,
          '-addext',
          more,
          '-addext',
          'basicConstraints=CA:FALSE',
        ],
        ...[
          '-CA',
          at('ca.pem'),
          '-CAkey',
          at('ca.key'),
          '-keyout',
          at(`${name}.key`),
          '-out',
          at(`${name}.pem`),
        ],
      );
  } catch {
    return null;
  }
  return {
    folder,
    ca: at('ca.pem'),
    serverCert: at('server.pem'),
    serverKey: at('server.key'),
    clientCert: at('client.pem'),
    clientKey: at('client.key'),
  };
}
