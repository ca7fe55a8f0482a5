import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openControl } from '../../../src/agent/control.ts';
import type { AgentStatus } from '../../../src/agent/status.ts';
import { statusCommand } from '../../../src/cli/status.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-control-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const STATUS: AgentStatus = {
  version: '1.2.3',
  pid: 42,
  uptime_s: 3725,
  kernel: '6.1.0',
  ready: true,
  health: { healthy: false, reasons: ['no canary \u001b event has come through for 60 s'] },
  rules: {
    loaded: 2,
    files: ['/etc/a\u001b.yaml'],
    refused: { at_ms: 0, reason: 'b\u001b.yaml: Invalid' },
  },
  canary: { heard_s_ago: 1.5, took_ms: 12 },
  backlog: { behind_s: 0.1, ring_percent: 3 },
  hooks: {
    attached: 20,
    pending: 1,
    all_system_calls: true,
    blocked: 'attach open_syscall, for 7 s',
    missed_runs: { dispatch: 3 },
  },
  events: [
    {
      type: 'openat',
      tier: 'fexit',
      sent: 1234,
      lost: 0,
      parts: [
        { detail: null, tier: 'fexit', reason: null },
        { detail: 'io_uring', tier: 'none', reason: 'the kernel refused to load it' },
      ],
    },
    { type: 'kill', tier: 'tracepoint', sent: 1, lost: 2, parts: [] },
  ],
  containers: {
    known: 3,
    pending: 1,
    gone: 0,
    held: { held: 9, completed: 6, expired: 1, crowded: 1, waiting: 1 },
    runtimes: { 'docker /run/docker.sock': { lookups: 3, found: 2, failures: 1, events: 4, connects: 1 } },
  },
  outputs: [
    { name: 'journal', queued: 1, delivered: 5, dropped: 2, refused: 1, retries: 0, error: 'no such file' },
  ],
  losses: {
    totals: [
      { cause: 'ring_full', name: 'openat', count: 7 },
      { cause: 'engine_fault', name: '', count: 1 },
    ],
    intervals: [
      {
        from_ms: Date.UTC(2026, 10, 22, 10, 0, 1, 200),
        to_ms: Date.UTC(2026, 10, 22, 10, 0, 3),
        losses: [{ cause: 'ring_full', name: 'openat', count: 7 }],
      },
    ],
  },
  suppressed: { 'Read \u001b[1m': { dedup: 4, rate: 5, budget: 6 } },
};

async function run(args: string[], socket: string): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  return { code: await statusCommand(args, io, socket), out: out.join(''), err: err.join('') };
}

/** What the agent says to raw bytes, until it closes. */
function send(socket: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const connection = connect(socket, () => connection.write(bytes));
    connection.on('data', (chunk) => {
      text += chunk;
    });
    connection.on('close', () => resolve(text));
    connection.on('error', () => {});
  });
}

test('the status of a running agent, for people and as JSON; the socket is root’s alone', async () => {
  const socket = join(folder, 'run/control.sock');
  const control = await openControl(socket, { '/status': () => STATUS });
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  const json = await run(['--json'], socket);
  assert.deepEqual([json.code, JSON.parse(json.out)], [0, STATUS]);
  const { code, out } = await run([], socket);
  assert.equal(code, 0);
  assert.deepEqual(out.split('\n'), [
    'saker 1.2.3, pid 42, up 1 h 2 min, kernel 6.1.0',
    'rules    2 from 1 files',
    '         /etc/a\\x1b.yaml',
    'refused  the reload at 1970-01-01T00:00:00Z, the old rules stay in force: b\\x1b.yaml: Invalid',
    'health   no canary \\x1b event has come through for 60 s',
    'canary   heard 1.5 s ago, took 12 ms',
    'backlog  0.1 s behind, the ring is 3 % full',
    'hooks    20 attached, 1 pending',
    '         every system call of this host passes a program of saker now',
    '         the kernel does not come back: attach open_syscall, for 7 s',
    '         the kernel skipped dispatch 3 times',
    'containers  3 known, 1 asked for, 0 unknown or gone',
    '         9 events waited for facts of theirs: 6 got them, 1 not in time, 1 had no room, 1 wait',
    '         docker /run/docker.sock: 3 asked for, 2 found, 1 failures',
    'output   journal: 5 delivered, 1 waiting, 3 lost, failing: no such file',
    'losses   7 ring_full openat, 1 engine_fault',
    '         2026-11-22T10:00:01Z to 2026-11-22T10:00:03Z: 7 ring_full openat',
    'held back  Read \\x1b[1m: 4 repeats, 5 beyond a rate, 6 beyond the budget',
    '',
    'EVENT   TIER        SENT  LOST',
    'openat  fexit       1234     0  io_uring: none the kernel refused to load it',
    'kill    tracepoint     1     2',
    '',
  ]);
  control.close();
});

test('no agent, no answer, a strange answer: told apart', async () => {
  const nobody = await run([], join(folder, 'nobody.sock'));
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /no agent answers at .*systemctl start saker/);
  assert.equal((await run(['--jsn'], '')).code, 2);
  const strange = join(folder, 'strange.sock');
  const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nnot json'));
  await new Promise<void>((resolve) => server.listen(strange, resolve));
  const { code, err } = await run([], strange);
  assert.deepEqual([code, err.split('\n').length], [70, 2]);
  server.close();
});

test('a socket that a dead agent left is taken over, one that answers is not', async () => {
  const socket = join(folder, 'again.sock');
  writeFileSync(socket, '');
  const control = await openControl(socket, { '/status': () => STATUS });
  await assert.rejects(openControl(socket, {}), /another agent answers/);
  assert.equal((await run([], socket)).code, 0, 'the first goes on');
  control.close();
});

test('requests are bounded, and only what the table names is answered', async () => {
  const socket = join(folder, 'hostile.sock');
  const control = await openControl(socket, { '/status': () => STATUS });
  const cases: [string, RegExp][] = [
    ['GET /status HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 200/],
    ['GET /constructor HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 404/],
    ['GET /status/../etc HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 404/],
    ['POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc', /^HTTP\/1.1 405/],
    ['\u0000\u0001 garbage\r\n\r\n', /^$/],
    [`GET /status HTTP/1.1\r\nX: ${'a'.repeat(10_000)}\r\n\r\n`, /^$/],
  ];
  for (const [bytes, answer] of cases) assert.match(await send(socket, bytes), answer, bytes.slice(0, 40));
  control.close();
});

test('a question that cannot be answered is told so, and the next one is answered', async () => {
  const path = join(folder, 'failing.sock');
  let asked = 0;
  const control = await openControl(path, {
    '/status': () => {
      if (asked++ === 0) throw new Error('read the counters: EPERM');
      return { asked };
    },
  });
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(path, () => socket.write('GET /status HTTP/1.1\r\nHost: x\r\n\r\n'));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.once('end', () => resolve(answer));
      socket.once('error', reject);
    });
  try {
    assert.match(await ask(), /^HTTP\/1\.1 500 /);
    assert.match(await ask(), /^HTTP\/1\.1 200 .*"asked":2/s);
  } finally {
    control.close();
  }
});
