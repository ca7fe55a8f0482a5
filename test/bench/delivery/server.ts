/** Takes alerts over HTTP on a port and appends the number of each to a file. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, seen] = process.argv.slice(2);

createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  // Before the answer: what was answered is written.
  appendFileSync(seen!, `${JSON.parse(body).n}\n`);
  response.end();
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
