import { readSecret } from '../secret.ts';

/** A header's value that is made when a connection is opened: its parts may be secrets. */
export type LateHeader = () => Promise<string>;

export function basicAuth(user: string, password: string): LateHeader {
  return async () => {
    const pair = `${await readSecret(user)}:${await readSecret(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  };
}

/** `ApiKey …`, `Bearer …`. */
export function tokenAuth(scheme: string, token: string): LateHeader {
  return async () => `${scheme} ${await readSecret(token)}`;
}
