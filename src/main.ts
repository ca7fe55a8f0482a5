import { main } from './cli/main.ts';

// No top-level await: the bundle is a CommonJS script.
main(process.argv0, process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
