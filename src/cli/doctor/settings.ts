import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { isWarning, type Problem, problemLine } from '../../base/errors.ts';
import { type Config, readRulesFiles, secretValues } from '../../config/index.ts';
import { loadRules } from '../../rules/index.ts';
import { type Finding, reporter } from './finding.ts';

const MIB = 1 << 20;
/** Below these, a day of alerts may not fit; below those, nothing will. */
const FEW_BYTES = 200 * MIB;
const NO_BYTES = 16 * MIB;
const PATIENCE_MS = 1000;

/** What the configuration says, and whether the machine has what it names. */
export async function checkSettings(
  config: Config | null,
  problems: readonly Problem[],
  configFile: string | null,
  /** The files of the configuration, and their folders. */
  paths: readonly string[],
): Promise<Finding[]> {
  const { found, ok, warn, fail } = reporter('configuration');
  for (const problem of problems) (isWarning(problem) ? warn : fail)(problemLine(problem));
  if (found.length === 0) ok(configFile ?? 'defaults, there is no file');
  if (config === null) return found;
  const secrets = secretValues(config);
  for (const path of paths.filter((path) => isOpenBook(path, secrets)))
    warn(
      `everybody may read ${path}, and it holds secrets`,
      `chmod 640 ${path}, or name them as credential:NAME or file:PATH`,
    );
  return [
    ...found,
    ...checkRulesFiles(config),
    ...checkDisk(config),
    ...checkRotation(config),
    ...(await checkSockets(config)),
  ];
}

function isOpenBook(path: string, secrets: readonly string[]): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined || !facts.isFile() || (facts.mode & 0o004) === 0) return false;
  const text = readFileSync(path, 'utf8');
  return secrets.some((secret) => text.includes(secret));
}

function checkRulesFiles({ rules_files }: Config): Finding[] {
  const { found, ok, warn, fail } = reporter('rules files');
  const { files, unreadable, absent } = readRulesFiles(rules_files, false);
  for (const { name, reason } of unreadable) fail(`${name} cannot be read: ${reason}`, 'mend or remove it');
  for (const name of absent)
    warn(`there are no rules at ${name}`, 'create it, or take it out of rules_files');
  const loaded = loadRules(files);
  const bad = loaded.files.filter((file) => !file.ok);
  for (const { name } of bad) fail(`${name} is not valid`, `saker check ${name}`);
  if (found.length === 0) ok(`${loaded.rules.length} rules in ${files.length} files`);
  return found;
}

/** Room for the alerts file and for what waits for the network. */
function checkDisk({ file_output, spool, http_output, targets, syslog_output }: Config): Finding[] {
  const { found, ok, warn, fail } = reporter('disk');
  const usesSpool =
    spool.enabled && (http_output.enabled || targets.length > 0 || syslog_output.protocol !== 'local');
  const places = [
    ...(file_output.enabled ? [{ path: dirname(file_output.filename), need: FEW_BYTES }] : []),
    ...(usesSpool ? [{ path: spool.path, need: Math.max(FEW_BYTES, spool.max_size_mb * MIB) }] : []),
  ];
  for (const { path, need } of places) {
    const free = freeBytes(path);
    if (free === null) fail(`there is no directory ${path}`, 'create it; saker does not');
    else if (free < NO_BYTES) fail(`${path} has ${mib(free)} left`, 'make room: alerts will not be kept');
    else if (free < need)
      warn(
        `${path} has ${mib(free)} left, ${mib(need)} may be wanted`,
        'make room, or lower spool.max_size_mb',
      );
    else ok(`${path} has ${mib(free)} left`);
  }
  return found;
}

/** Of the nearest directory that is there: saker and systemd make the last ones. */
function freeBytes(path: string): number | null {
  for (const one of [path, dirname(path)]) {
    if (!existsSync(one)) continue;
    const { bavail, bsize } = statfsSync(one);
    return bavail * bsize;
  }
  return null;
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}

function checkRotation(
  { file_output: { enabled, filename } }: Config,
  folder = '/etc/logrotate.d',
): Finding[] {
  const { found, ok, warn } = reporter('rotation');
  if (!enabled) return found;
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const isNamed = files.some((file) => {
    try {
      return readFileSync(file, 'utf8').includes(filename);
    } catch {
      return false;
    }
  });
  const isThere = ['/usr/sbin/logrotate', '/usr/bin/logrotate'].some((path) => existsSync(path));
  if (isNamed && isThere) ok(`logrotate takes care of ${filename}`);
  else
    warn(
      `${filename} grows without end: ${isThere ? `no file of ${folder} names it` : 'logrotate is not installed'}`,
      isThere ? 'name it in /etc/logrotate.d/saker' : 'apt install logrotate',
    );
  return found;
}

/** Sockets of runtimes that exist but do not answer leave containers without names. */
async function checkSockets({
  container_engines: { docker, podman, containerd, cri },
}: Config): Promise<Finding[]> {
  const { found, ok, info, warn } = reporter('containers');
  const wanted = Object.entries({ docker, podman, containerd, cri }).flatMap(
    ([name, { enabled, sockets }]) =>
      enabled ? sockets.filter((path) => existsSync(path)).map((path) => ({ name, path })) : [],
  );
  for (const { name, path } of wanted) {
    const error = await connectError(path);
    if (error === null) ok(`${name} answers at ${path}`);
    else warn(`${name} does not answer at ${path}: ${error}`, `is ${name} running?`);
  }
  if (wanted.length === 0) info('no runtime has a socket here');
  return found;
}

function connectError(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (error: string | null): void => {
      socket.destroy();
      resolve(error);
    };
    socket.setTimeout(PATIENCE_MS, () => end('no answer'));
    socket.once('connect', () => end(null));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
