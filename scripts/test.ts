// Everything: the fast gate, the build, the package, and the guests. `npm test`, and so CI, is this.
//
//   npm test                  all of it
//   npm test -- PATTERN...    only these test files, after the build

import { packageAll } from './package.ts';
import { bin, must, run, runTests } from './run.ts';

const chosen = process.argv.slice(2);

if (chosen.length === 0) {
  must(bin('tsc'), ['-p', '.']);
  must(bin('biome'), ['check', '.']);
}
await packageAll();
// Guests first become ready outside of any test's time limit.
if (run('test/vm/run', ['--prepare']) !== 0) process.exit(1);

const patterns = chosen.length > 0 ? chosen : ['test/**/*.test.ts'];
// Two guests at once is what two cores bear; more makes boots slow rather than the run fast.
process.exit(runTests(patterns, ['--test-concurrency=2']));
