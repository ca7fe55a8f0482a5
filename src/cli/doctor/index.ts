/**
 * `saker doctor`: what is wrong with this machine, the configuration and the running agent, and what to do. Each check
 * stands alone: one that fails to look tells so, and the others go on.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONTROL_SOCKET } from '../../agent/control.ts';
import type { AgentStatus } from '../../agent/status.ts';
import type { TopSample } from '../../agent/top.ts';
import { EXIT_CODE } from '../../base/errors.ts';
import { printable, printableJson } from '../../base/printable.ts';
import { configPath, loadConfig, scrub, secretValues } from '../../config/index.ts';
import { askAgent, whyNoAnswer } from '../agent-client.ts';
import type { Io } from '../io.ts';
import { OPTIONS } from '../options.ts';
import { checkAgent, checkRules } from './agent.ts';
import { type Finding, reporter } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { checkMachine, checkService } from './machine.ts';
import { checkSettings } from './settings.ts';

const USAGE = 'usage: saker doctor [-c FILE] [--json]';
/** Something is wrong enough for alerts to be missing. */
const UNWELL = 1;

export interface DoctorOptions {
  readonly configFile: string | null;
  readonly socket: string;
}

/** `saker doctor [-c FILE] [--json]`. Exit code 1 when something fails, 0 when all is well or only doubtful. */
export async function doctorCommand(
  args: readonly string[],
  io: Io,
  socket = CONTROL_SOCKET,
): Promise<number> {
  let values: { config?: string; json?: boolean };
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS.doctor }));
  } catch (error) {
    io.err(`saker doctor: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const findings = await diagnose({ configFile: configPath(values.config), socket });
  io.out(values.json ? `${printableJson(JSON.stringify(findings))}\n` : describe(findings));
  return findings.some(({ level }) => level === 'fail') ? UNWELL : 0;
}

/** All findings, the worst of each check not first: in the order in which one would look. */
export async function diagnose({ configFile, socket }: DoctorOptions): Promise<Finding[]> {
  const { config, problems, paths } = loadConfig({ file: configFile, env: await environmentOf(socket) });
  const checks: readonly (readonly [string, () => Finding[] | Promise<Finding[]>])[] = [
    ['kernel', () => checkKernel()],
    ['service', () => checkService(config)],
    ['agent', () => askAll(socket)],
    ['configuration', () => checkSettings(config, problems, configFile, paths)],
    ['machine', () => checkMachine()],
  ];
  const all: Finding[] = [];
  for (const [name, check] of checks) all.push(...(await attempt(name, check)));
  const secrets = config === null ? [] : secretValues(config);
  return all.map((one) => ({ ...one, what: scrub(one.what, secrets) }));
}

/** The configuration is read with the variables of the running service; with those of this shell where none runs. */
async function environmentOf(socket: string): Promise<NodeJS.ProcessEnv> {
  try {
    const { pid }: AgentStatus = JSON.parse(await askAgent(socket, '/status'));
    const entries = readFileSync(`/proc/${Number(pid)}/environ`, 'utf8').split('\0');
    return Object.fromEntries(entries.filter((entry) => entry.includes('=')).map(keyAndValue));
  } catch {
    return process.env;
  }
}

function keyAndValue(entry: string): [key: string, value: string] {
  const end = entry.indexOf('=');
  return [entry.slice(0, end), entry.slice(end + 1)];
}

async function attempt(name: string, check: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const { found, warn } = reporter(name);
    warn(`this could not be checked: ${(error as Error).message}`);
    return found;
  }
}

async function askAll(socket: string): Promise<Finding[]> {
  try {
    const status: AgentStatus = JSON.parse(await askAgent(socket, '/status'));
    const top: TopSample = JSON.parse(await askAgent(socket, '/top'));
    return [...checkAgent(status), ...checkRules(top)];
  } catch (error) {
    const { found, fail } = reporter('agent');
    fail(whyNoAnswer(error as NodeJS.ErrnoException, socket).text);
    return found;
  }
}

function describe(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ level, check, what, advice }) =>
    printable(`${level.padEnd(4)}  ${check.padEnd(width)}  ${what}${advice === null ? '' : ` — ${advice}`}`),
  );
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  return `${lines.join('\n')}\n${count('fail')} fail, ${count('warn')} warn\n`;
}
