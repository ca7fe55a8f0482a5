import { request } from 'node:http';
import { parseArgs } from 'node:util';
import type { ContainerStatus } from '../agent/containers.ts';
import { CONTROL_SOCKET } from '../agent/control.ts';
import type { AgentStatus, EventStatus } from '../agent/status.ts';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Io } from './io.ts';

const USAGE = 'usage: saker status [--json]';
const PATIENCE_MS = 5000;
/** Some 500 types with their parts are about 200 KiB. */
const ANSWER_BYTES = 4 << 20;
/** There is no agent to ask. */
const NOT_RUNNING = 1;

/** `saker status [--json]`: what the running agent does, sees and cannot see. */
export async function statusCommand(
  args: readonly string[],
  io: Io,
  socket = CONTROL_SOCKET,
): Promise<number> {
  let json: boolean;
  try {
    json = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } }).values.json ?? false;
  } catch (error) {
    io.err(`saker status: ${(error as Error).message} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  try {
    const text = await ask(socket, '/status');
    io.out(json ? `${text.trim()}\n` : describeStatus(JSON.parse(text)));
    return 0;
  } catch (error) {
    return explain(error as NodeJS.ErrnoException, socket, io);
  }
}

function explain(error: NodeJS.ErrnoException, socket: string, io: Io): number {
  const { code } = error;
  if (code === 'EACCES' || code === 'EPERM') {
    io.err('saker: only root may ask the agent — use sudo saker status\n');
    return EXIT_CODE.permission;
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    io.err(`saker: no agent answers at ${socket} — start it with systemctl start saker\n`);
    return NOT_RUNNING;
  }
  io.err(`saker: the agent at ${socket} does not answer as it should: ${printable(error.message)}\n`);
  return EXIT_CODE.internal;
}

/** The body of the answer to GET. */
function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const question = request({ socketPath, path, timeout: PATIENCE_MS }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES) question.destroy(new Error('its answer is too long'));
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(chunks).toString())
          : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    question.on('timeout', () => question.destroy(new Error(`nothing for ${PATIENCE_MS / 1000} s`)));
    question.on('error', reject);
    question.end();
  });
}

/** For people: a line each, then a table of events. */
export function describeStatus(status: AgentStatus): string {
  const { version, pid, uptime_s, kernel, ready, rules, canary, hooks, events, outputs, containers } = status;
  const { backlog } = status;
  const heard =
    canary.heard_s_ago === null
      ? 'not heard yet'
      : `heard ${canary.heard_s_ago} s ago, took ${canary.took_ms} ms`;
  const pending = hooks.pending === 0 ? '' : `, ${hooks.pending} pending`;
  const lines = [
    `saker ${version}, pid ${pid}, up ${duration(uptime_s)}, kernel ${kernel}${ready ? '' : ', not ready yet'}`,
    `rules    ${rules.loaded} from ${rules.files.length} files`,
    ...rules.files.map((file) => `         ${file}`),
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
  return `${[...lines, '', ...table(events)].map(printable).join('\n')}\n`;
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
  return notable
    .map(({ detail, tier, reason }) => [detail ?? '', detail === null ? '' : tier, reason ?? ''])
    .map(([detail, tier, reason]) =>
      [[detail, tier].filter(Boolean).join(': '), reason].filter(Boolean).join(' '),
    )
    .join('; ');
}
