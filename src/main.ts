import { BrokenInstallError, EXIT_CODE } from './base/errors.ts';
import { main } from './cli/main.ts';

/** A fault of ours: say where, and end with a code that no mistake of a user has. */
function fault(error: unknown): void {
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    error instanceof BrokenInstallError ? `saker: ${error.message}\n` : `saker: internal error: ${text}\n`,
  );
  process.exit(EXIT_CODE.internal);
}
process.on('uncaughtException', fault);

// A file system or a resolver that hangs holds a thread of libuv's pool. With the usual four, two or three of them
// would stop every other output; libuv reads this when the pool is first used.
process.env.UV_THREADPOOL_SIZE ??= '16';

// No top-level await: the bundle is a CommonJS script.
main(process.argv0, process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, fault);
