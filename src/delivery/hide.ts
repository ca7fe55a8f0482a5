/**
 * Servers repeat what they were sent: `invalid token 'abc'`, `no such page: /services/abc`. Their answers are shown in
 * the log and by saker status, so what we keep secret is taken out of them first.
 */

const HIDDEN = '***';
/** Shorter ones are words, which would be taken out everywhere. */
const LEAST_SECRET = 8;
const LEAST_SEGMENT = 12;
/** Everybody may know these. */
const OPEN_HEADERS = new Set(['content-type', 'user-agent', 'accept']);

/** What of a request may be secret: parts of the address, headers, further texts; longest first. */
export function secretsIn(
  address: URL,
  headers: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): string[] {
  const { pathname, search, username, password } = address;
  const segments = [pathname, ...pathname.split('/')].filter((part) => part.length >= LEAST_SEGMENT);
  const query = [...address.searchParams.values()];
  const values = Object.entries(headers)
    .filter(([name]) => !OPEN_HEADERS.has(name.toLowerCase()))
    .flatMap(([, value]) => [value, ...value.split(/\s+/)]);
  const all = [...segments, search.slice(1), ...query, username, password, ...values, ...more];
  return [...new Set(all)].filter((text) => text.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text);
}
