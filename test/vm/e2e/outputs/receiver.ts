/** Runs in the guest: the servers at the other end. Requests go to the first file, syslog's bytes (at a port) to the second. */
import { appendFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';

const [requests, syslog, port = '8514'] = process.argv.slice(2);

createHttp(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const { url: path, headers } = request;
  appendFileSync(requests!, `${JSON.stringify({ path, authorization: headers.authorization, body })}\n`);
  response.end();
}).listen(8099, '127.0.0.1');

createTcp((client) => {
  client.on('data', (bytes) => appendFileSync(syslog!, bytes));
  client.on('error', () => {});
}).listen(Number(port), '127.0.0.1');
