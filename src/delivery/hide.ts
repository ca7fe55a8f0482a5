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
  const login = loginsIn([username, password], values);
  const all = [...segments, search.slice(1), ...query, username, password, ...login, ...values, ...more];
  return [...new Set(all)].filter((text) => text.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
}

/** Of a login all forms that an answer may quote: encoded as it is sent, and what it says (RFC 7617). */
function loginsIn([user = '', password = '']: readonly string[], values: readonly string[]): string[] {
  const plain = [user, password].map(decoded);
  const sent = user === '' && password === '' ? [] : [Buffer.from(plain.join(':')).toString('base64')];
  const told = values
    .filter((value) => /^basic\s+\S/i.test(value))
    .map((value) => Buffer.from(value.replace(/^\S+\s+/, ''), 'base64').toString('utf8'));
  const parts = told.flatMap((text) => [
    text,
    text.slice(0, text.indexOf(':')),
    text.slice(text.indexOf(':') + 1),
  ]);
  return [...plain, ...sent, ...parts];
}

/** Of an address; as it is where it is no percent-encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text);
}
