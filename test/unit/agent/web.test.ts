import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { openWeb, type Page, type Pages } from '../../../src/agent/web.ts';
import { makeCertificates } from '../delivery/certificates.ts';

const json = (status: number, body: string): Page => ({ status, type: 'application/json', body });
const PAGES: Pages = {
  '/ok': () => json(200, '"ö"\n'),
  '/red': () => json(503, 'no\n'),
  '/broken': () => Promise.reject(new Error('EPERM of /secret')),
};

const web = await openWeb({ host: '127.0.0.1', port: 0, pem: null, pages: PAGES });

/** What the server says to raw bytes, until it closes. */
function send(bytes: string, port = web.port): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

const line = (method: string, path: string, rest = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\n${rest}\r\n`;

const CASES: readonly [name: string, bytes: string, answer: RegExp][] = [
  ['a page', line('GET', '/ok'), /^HTTP\/1.1 200 OK\r\n.*Content-Length: 5\r\n.*\r\n\r\n"ö"\n$/s],
  ['with a query', line('GET', '/ok?x=1&y=/red'), /^HTTP\/1.1 200 /],
  [
    'HEAD has the headers alone',
    line('HEAD', '/ok'),
    /^HTTP\/1.1 200 OK\r\n.*Content-Length: 5\r\n.*\r\n\r\n$/s,
  ],
  ['a page’s own status', line('GET', '/red'), /^HTTP\/1.1 503 .*\r\n\r\nno\n$/s],
  ['nothing of a failure but that it is one', line('GET', '/broken'), /^HTTP\/1.1 500 (?!.*secret)/s],
  ['unknown', line('GET', '/'), /^HTTP\/1.1 404 /],
  ['not resolved', line('GET', '/x/../ok'), /^HTTP\/1.1 404 /],
  ['no name of a prototype', line('GET', '/constructor'), /^HTTP\/1.1 404 /],
  ['a whole address', line('GET', 'http://x/ok'), /^HTTP\/1.1 404 /],
  ['POST', `${line('POST', '/ok', 'Content-Length: 3\r\n')}abc`, /^HTTP\/1.1 405 .*Allow: GET, HEAD\r\n/s],
  ['a body that never ends', line('POST', '/ok', 'Transfer-Encoding: chunked\r\n'), /^HTTP\/1.1 405 /],
  [
    'one request a connection',
    line('GET', '/ok') + line('GET', '/red'),
    /^HTTP\/1.1 200 (?!.*HTTP\/1.1 503)/s,
  ],
  ['a header too long', line('GET', '/ok', `X: ${'a'.repeat(10_000)}\r\n`), /^$/],
  ['a path too long', line('GET', `/${'a'.repeat(10_000)}`), /^$/],
  ['no HTTP', '\u0000\u0001\u0016\u0003\r\n\r\n', /^$/],
];
for (const [name, bytes, answer] of CASES)
  test(`request: ${name}`, async () => assert.match(await send(bytes), answer));

test('connections that send nothing are bounded in number and time, and the server goes on', async () => {
  const sockets = Array.from({ length: 40 }, () => connect(web.port, '127.0.0.1'));
  const ended = sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      }),
  );
  // A header that comes byte by byte gets no more time than one that does not come.
  for (const socket of sockets) {
    socket.write('GET /ok HTTP/1.1\r\nX: ');
    const drip = setInterval(() => socket.writable && socket.write('a'), 100);
    socket.on('close', () => clearInterval(drip));
  }
  await Promise.all(ended);
  assert.match(await send(line('GET', '/ok')), /^HTTP\/1.1 200 /);
});

const made = makeCertificates();
after(() => made !== null && rmSync(made.folder, { recursive: true }));

test('with TLS: the certificate is shown, plain HTTP is not answered', {
  skip: made === null && 'needs openssl(1)',
}, async () => {
  const { serverCert, serverKey, ca } = made!;
  const pem = readFileSync(serverCert, 'utf8') + readFileSync(serverKey, 'utf8');
  const secure = await openWeb({ host: '127.0.0.1', port: 0, pem, pages: PAGES });
  try {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: secure.port,
        path: '/ok',
        ca: readFileSync(ca),
        servername: 'localhost',
      };
      tlsRequest(options, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    assert.equal(status, 200);
    assert.equal(await send(line('GET', '/ok'), secure.port), '');
  } finally {
    secure.close();
  }
});

test('what cannot be opened is an error with a code', async () => {
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    );
  assert.equal(
    await code(openWeb({ host: '127.0.0.1', port: web.port, pem: null, pages: {} })),
    'EADDRINUSE',
  );
  assert.match((await code(openWeb({ host: '127.0.0.1', port: 0, pem: 'x', pages: {} }))) ?? '', /^ERR_/);
});

test('closing ends what is open', async () => {
  const idle = connect(web.port, '127.0.0.1');
  idle.on('error', () => {});
  await new Promise((resolve) => idle.once('connect', resolve));
  const closed = new Promise((resolve) => idle.once('close', resolve));
  web.close();
  await closed;
  const error = await new Promise((resolve) =>
    plainRequest({ host: '127.0.0.1', port: web.port }).on('error', resolve).end(),
  );
  assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
});
