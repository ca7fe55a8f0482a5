import { parseArgs } from 'node:util';
import type { ContainerStatus } from '../agent/containers.ts';
import { CONTROL_SOCKET } from '../agent/control.ts';
import type { AgentStatus, EventStatus } from '../agent/status.ts';
import { EXIT_CODE } from '../base/errors.ts';
import { printable, printableJson } from '../base/printable.ts';
import type { Suppressed } from '../engine/messages.ts';
import { askAgent, explainNoAnswer } from './agent-client.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';

const USAGE = 'usage: saker status [--json]';
/** `saker status [--json]`: what the running agent does, sees and cannot see. */
export async function statusCommand(
  args: readonly string[],
  io: Io,
  socket = CONTROL_SOCKET,
): Promise<number> {
  let json: boolean;
  try {
    json = parseArgs({ args: [...args], options: OPTIONS.status }).values.json ?? false;
  } catch (error) {
    io.err(`saker status: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  try {
    const text = await askAgent(socket, '/status');
    io.out(json ? `${printableJson(text.trim())}\n` : describeStatus(JSON.parse(text)));
    return 0;
  } catch (error) {
    return explainNoAnswer(error as NodeJS.ErrnoException, socket, io);
  }
}

/** For people: a line each, then a table of events. */
export function describeStatus(status: AgentStatus): string {
  const { version, pid, uptime_s, kernel, ready, rules, canary, hooks, events, outputs, containers } = status;
  const { backlog, health, losses, suppressed } = status;
  const heard =
    canary.heard_s_ago === null
      ? 'not heard yet'
      : `heard ${canary.heard_s_ago} s ago, took ${canary.took_ms} ms`;
  const pending = hooks.pending === 0 ? '' : `, ${hooks.pending} pending`;
  const lines = [
    `saker ${version}, pid ${pid}, up ${duration(uptime_s)}, kernel ${kernel}${ready ? '' : ', not ready yet'}`,
    `rules    ${rules.loaded} from ${rules.files.length} files`,
    ...rules.files.map((file) => `         ${file}`),
    ...(rules.refused
      ? [
          `refused  the reload at ${timeOf(rules.refused.at_ms)}, the old rules stay in force: ${rules.refused.reason}`,
        ]
      : []),
    `health   ${health.healthy ? 'ok' : health.reasons.join('; ')}`,
    `canary   ${heard}`,
    `backlog  ${backlog.behind_s} s behind, the ring is ${backlog.ring_percent} % full`,
    `hooks    ${hooks.attached} attached${pending}`,
  ];
  if (hooks.all_system_calls)
    lines.push('         every system call of this host passes a program of saker now');
  if (hooks.blocked !== null) lines.push(`         the kernel does not come back: ${hooks.blocked}`);
  for (const [program, runs] of Object.entries(hooks.missed_runs))
    lines.push(`         the kernel skipped ${program} ${runs} times`);
  lines.push(...describeContainers(containers));
  for (const { name, delivered, queued, dropped, refused, error } of outputs) {
    const trouble = error === null ? '' : `, failing: ${error}`;
    lines.push(
      `output   ${name}: ${delivered} delivered, ${queued} waiting, ${dropped + refused} lost${trouble}`,
    );
  }
  lines.push(...describeLosses(losses), ...describeSuppressed(suppressed));
  return `${[...lines, '', ...table(events)].map(printable).join('\n')}\n`;
}

/** Intervals and rules shown to people; --json has all. */
const SHOWN = 10;

function describeLosses({ totals, intervals }: AgentStatus['losses']): string[] {
  const text = (losses: AgentStatus['losses']['totals']): string =>
    losses
      .map(({ cause, name, count }) => [count, cause, name].filter((part) => part !== '').join(' '))
      .join(', ');
  if (totals.length === 0) return ['losses   none'];
  return [
    `losses   ${text(totals)}`,
    ...intervals
      .slice(-SHOWN)
      .map(
        ({ from_ms, to_ms, losses }) => `         ${timeOf(from_ms)} to ${timeOf(to_ms)}: ${text(losses)}`,
      ),
  ];
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function describeSuppressed(suppressed: AgentStatus['suppressed']): string[] {
  const sum = ({ dedup, rate, budget }: Suppressed): number => dedup + rate + budget;
  const rules = Object.entries(suppressed).sort(([, a], [, b]) => sum(b) - sum(a));
  return rules
    .slice(0, SHOWN)
    .map(
      ([rule, counts]) =>
        `held back  ${rule}: ${counts.dedup} repeats, ${counts.rate} beyond a rate, ${counts.budget} beyond the budget`,
    );
}

function describeContainers({ known, pending, gone, held, runtimes }: ContainerStatus): string[] {
  const lines = [`containers  ${known} known, ${pending} asked for, ${gone} unknown or gone`];
  if (held.held > 0)
    lines.push(
      `         ${held.held} events waited for facts of theirs: ${held.completed} got them, ${held.expired} not in time, ` +
        `${held.crowded} had no room, ${held.waiting} wait`,
    );
  for (const [name, { lookups, found, failures }] of Object.entries(runtimes))
    lines.push(`         ${name}: ${lookups} asked for, ${found} found, ${failures} failures`);
  return lines;
}

function duration(seconds: number): string {
  const [d, h, m] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
  if (d) return `${d} d ${h} h`;
  if (h) return `${h} h ${m} min`;
  return m ? `${m} min` : `${seconds} s`;
}

function table(events: readonly EventStatus[]): string[] {
  const rows = [
    ['EVENT', 'TIER', 'SENT', 'LOST', ''],
    ...events.map((event) => [event.type, event.tier, `${event.sent}`, `${event.lost}`, remarks(event)]),
  ];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [a, b, c, d] = [0, 1, 2, 3].map(width) as [number, number, number, number];
  return rows.map(([type = '', tier = '', sent = '', lost = '', remark = '']) =>
    `${type.padEnd(a)}  ${tier.padEnd(b)}  ${sent.padStart(c)}  ${lost.padStart(d)}  ${remark}`.trimEnd(),
  );
}

/** What differs from the usual source, and why something is not there. */
function remarks({ tier, parts }: EventStatus): string {
  const notable = parts.filter(
    (part) => part.reason !== null || (part.detail !== null && part.tier !== tier),
  );
  const sentences = notable
    .map(({ detail, tier, reason }) => [detail ?? '', detail === null ? '' : tier, reason ?? ''])
    .map(([detail, tier, reason]) =>
      [[detail, tier].filter(Boolean).join(': '), reason].filter(Boolean).join(' '),
    );
  // io_uring has several hooks for one event.
  return [...new Set(sentences)].join('; ');
}
