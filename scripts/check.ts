// The fast gate: types, lint, architecture and unit tests. Under a minute; run before every commit.
import { bin, must, runTests } from './run.ts';

must(bin('tsc'), ['-p', '.']);
must(bin('biome'), ['check', '.']);
process.exit(
  runTests(['test/architecture/**/*.test.ts', 'test/unit/**/*.test.ts', 'test/contract/**/*.test.ts']),
);
