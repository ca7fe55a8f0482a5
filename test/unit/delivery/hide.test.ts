import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn, withoutSecrets } from '../../../src/delivery/hide.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = base64('saker-user:pass:word-of-it');

/** What a server answers, and which part of it must not be told. */
const CASES: readonly [name: string, url: string, headers: Record<string, string>, secret: string][] = [
  ['a header', 'http://h/', { authorization: `Bearer abcdefgh` }, 'abcdefgh'],
  ['a login as it is sent', 'http://h/', { authorization: `Basic ${LOGIN}` }, LOGIN],
  ['what the login says', 'http://h/', { authorization: `basic  ${LOGIN}` }, 'saker-user:pass:word-of-it'],
  ['its password alone', 'http://h/', { 'X-Auth': `BASIC ${LOGIN}` }, 'pass:word-of-it'],
  ['its name alone', 'http://h/', { authorization: `Basic ${LOGIN}` }, 'saker-user'],
  ['a password in the address', 'http://u:p%40ssword1@h/', {}, 'p@ssword1'],
  ['the same as it is written', 'http://u:p%40ssword1@h/', {}, 'p%40ssword1'],
  ['the login that becomes of it', 'http://u:p%40ssword1@h/', {}, base64('u:p@ssword1')],
  ['a path', 'http://h/services/T0KENT0KENT0KEN', {}, 'T0KENT0KENT0KEN'],
  ['a query', 'http://h/?key=abcd%20efgh', {}, 'abcd efgh'],
];

for (const [name, url, headers, secret] of CASES)
  test(`${name} is not repeated`, () => {
    const clean = withoutSecrets(`no access for '${secret}', sorry`, secretsIn(new URL(url), headers));
    assert.equal(clean, "no access for '***', sorry");
  });

test('a value that is no login, and a broken encoding, are taken as they are', () => {
  const secrets = secretsIn(new URL('http://h/'), { authorization: 'Basic ', more: 'Basic !!!!' });
  assert.ok(secrets.every((text) => text.length >= 8));
  assert.doesNotThrow(() => secretsIn(new URL('http://u:%E0%A4%A@h/'), {}));
});
