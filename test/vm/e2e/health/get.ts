/** Runs in the guest: asks the service's web server over TLS, trusting the test's authority. usage: get.ts PATH */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

get(`https://localhost:8765${process.argv[2]}`, { ca: readFileSync('/in/ca.pem') }, (response) => {
  process.stdout.write(`${response.statusCode}\n`);
  response.pipe(process.stdout);
}).on('error', (error) => {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
});
