import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { errorName } from './errno.ts';
import { pathOf, readSmallFile } from './secret.ts';

/** falco.yaml's names for who is trusted and who we are; an empty text leaves a part out. */
export interface TlsFiles {
  /** Do not check the server's certificate. */
  readonly insecure: boolean;
  /** PEM file of one authority. */
  readonly caCert: string;
  /** PEM file of several. */
  readonly caBundle: string;
  /** Folder of PEM files. */
  readonly caPath: string;
  /** Our own certificate and its key, PEM; for servers that ask for one. */
  readonly clientCert: string;
  readonly clientKey: string;
}

export interface TlsContext {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/** Debian's bundle of what its administrator trusts (ca-certificates). */
const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const MAX_BYTES = 4 << 20;
const MAX_AUTHORITIES = 1000;

/**
 * Reads the files and makes the context of a connection. Node's own list of authorities counts only where the system
 * has none.
 * @throws an Error that names the file
 */
export async function tlsContext(files: TlsFiles): Promise<TlsContext> {
  const ca = await authorities(files);
  const own =
    files.clientCert === '' ? {} : { cert: await read(files.clientCert), key: await read(files.clientKey) };
  try {
    const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...(ca && { ca }), ...own });
    return { secureContext, rejectUnauthorized: !files.insecure };
  } catch (error) {
    const named = [files.caCert, files.caBundle, files.caPath, files.clientCert, files.clientKey];
    // OpenSSL does not say which.
    throw new Error(
      `no usable certificate or key in ${named.filter(Boolean).join(', ')}: ${errorName(error)}`,
    );
  }
}

async function authorities(files: TlsFiles): Promise<Buffer[] | null> {
  const paths = [files.caCert, files.caBundle].filter(Boolean);
  if (files.caPath !== '') paths.push(...(await filesIn(files.caPath)));
  if (paths.length > 0) return Promise.all(paths.map(readAuthority));
  return access(SYSTEM_BUNDLE).then(
    async () => [await read(SYSTEM_BUNDLE)],
    () => null,
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    throw new Error(`${folder}: ${errorName(error)}`);
  });
  const pem = names.filter((name) => /\.(pem|crt|cer)$/i.test(name)).sort();
  if (pem.length === 0) throw new Error(`${folder}: no .pem, .crt or .cer file`);
  return pem.slice(0, MAX_AUTHORITIES).map((name) => join(folder, name));
}

/** Node takes a file without a certificate for an empty list, and then trusts nobody without saying why. */
async function readAuthority(setting: string): Promise<Buffer> {
  const bytes = await read(setting);
  if (!bytes.includes('-----BEGIN')) throw new Error(`${setting}: no certificate in PEM form`);
  return bytes;
}

function read(setting: string): Promise<Buffer> {
  return readSmallFile(pathOf(setting), MAX_BYTES);
}
