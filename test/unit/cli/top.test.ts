import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openControl } from '../../../src/agent/control.ts';
import type { TopSample } from '../../../src/agent/top.ts';
import { type Frame, topLines } from '../../../src/cli/top-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-top-'));
after(() => rmSync(folder, { recursive: true }));
const DRIVER = join(import.meta.dirname, 'top-driver.ts');

const sample = (n: number, more: Partial<TopSample> = {}): TopSample => ({
  version: '1.0',
  pid: 42,
  at_ms: 1000 * n,
  uptime_s: 10 * n,
  cpu_us: 20_000 * n,
  rss_bytes: 50 << 20,
  events: 500 * n,
  alerts: 3 * n,
  overrun: 0,
  processes: 7,
  rules: [
    {
      name: 'Cheap',
      evaluated: 1000 * n,
      matched: 3 * n,
      suppressed: 4,
      samples: 10 * n,
      sampled_ns: 1000 * n,
    },
    {
      name: 'Dear \x1b[2J',
      evaluated: 100 * n,
      matched: 0,
      suppressed: 0,
      samples: 10 * n,
      sampled_ns: 1_000_000 * n,
    },
    { name: 'Never', evaluated: 0, matched: 0, suppressed: 0, samples: 0, sampled_ns: 0 },
  ],
  types: [
    { type: 'openat', sent: 400 * n, lost: n },
    { type: 'execve', sent: 100 * n, lost: 0 },
  ],
  outputs: [{ name: 'file', queued: 2, delivered: 9, lost: 1 }],
  ...more,
});
const frame = (more: Partial<Frame> = {}): Frame => ({
  sort: 'time',
  rows: null,
  columns: null,
  note: '',
  ...more,
});

test('rates are of the time between two samples, time is estimated from the timed evaluations', () => {
  assert.deepEqual(
    topLines(sample(1), sample(3), frame()).map((line) => line.replace(/ +/g, ' ').trim()),
    [
      'saker 1.0 pid 42 cpu 2.0 % memory 50 MiB processes 7',
      'events 500/s alerts 3.0/s, 9 in all lost events 3 (2 now)',
      'outputs file 2 waiting 1 lost',
      '',
      'RULE % CPU▼ ns EACH EVALUATED/s ALERTS/s ALERTS HELD BACK',
      'Dear \\x1b[2J 1.000 100000 100 0 0 0',
      'Cheap 0.010 100 1000 3.0 9 4',
      'Never 0.000 - 0 0 0 0',
      '',
      'EVENT EVENTS/s LOST',
      'openat 400 3',
      'execve 100 0',
    ],
  );
});

const orders = [
  { sort: 'time', first: 'Dear' },
  { sort: 'evaluated', first: 'Cheap' },
  { sort: 'alerts', first: 'Cheap' },
  { sort: 'name', first: 'Cheap' },
] as const;
for (const { sort, first } of orders)
  test(`sorted by ${sort}, the first is ${first}`, () => {
    const lines = topLines(sample(1), sample(2), frame({ sort }));
    assert.ok(lines[5]?.startsWith(first), `${lines[5]}`);
  });

test('of another agent, or without a sample before, rates are means since its start', () => {
  for (const before of [null, sample(1, { pid: 41 })]) {
    const lines = topLines(before, sample(2), frame());
    assert.match(`${lines[0]}`, /means since the start/);
    assert.match(lines[1] ?? '', /events 50.0\/s/);
  }
});

for (const [rows, columns] of [
  [24, 80],
  [8, 40],
  [2, 10],
  [60, 200],
] as const)
  test(`a screen of ${rows} × ${columns} is never overrun, where it has place for the head`, () => {
    const rules = Array.from({ length: 300 }, (_, n) => ({
      ...sample(1).rules[0]!,
      name: `Rule ${n} ${'x'.repeat(99)}`,
    }));
    const lines = topLines(null, sample(2, { rules }), frame({ rows, columns, note: 'keys' }));
    assert.ok(lines.length <= Math.max(rows, 11), `${lines.length}`);
    for (const line of lines) assert.ok(line.length < columns, line);
  });

/** An agent whose samples go on. */
async function agent() {
  let n = 1;
  const socket = join(folder, `${Math.random()}.sock`);
  const control = await openControl(socket, { '/top': () => sample(n++) });
  return { socket, close: () => control.close() };
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ out: string; code: number | null }> {
  const child = spawn(args[0] ?? '', args.slice(1), { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    // The keys of a user who saw the first screen and the second.
    if (out.includes('EVENTS/s')) child.stdin.write(out.includes('ALERTS/s▼') ? 'q' : 'a');
  });
  child.stdin.on('error', () => {});
  return new Promise((resolve) => child.on('close', (code) => resolve({ out, code })));
}

test('without a terminal it prints once; --json gives the totals', async () => {
  const { socket, close } = await agent();
  const once = await run([process.execPath, DRIVER, socket, '--interval', '0.1']);
  assert.equal(once.code, 0);
  assert.match(once.out, /Dear \\x1b\[2J +1\.000/);
  const json = await run([process.execPath, DRIVER, socket, '--once', '--json']);
  assert.equal(JSON.parse(json.out).rules[0].name, 'Cheap');
  close();
});

const script = spawnSync('script', ['--version']).status === 0;
for (const [term, wanted] of [
  ['xterm', true],
  ['dumb', false],
] as const)
  test(`in a terminal (${term}): keys sort and quit, and it is given back`, {
    skip: !script && 'no script(1)',
  }, async () => {
    const { socket, close } = await agent();
    const command = `${process.execPath} ${DRIVER} ${socket} --interval 0.1`;
    const { out, code } = await run(['script', '-qec', command, '/dev/null'], { ...process.env, TERM: term });
    assert.equal(code, 0, out);
    assert.equal(out.includes('\x1b[?1049h'), wanted);
    assert.equal(out.includes('\x1b[?25h\x1b[?1049l'), wanted);
    assert.match(out, /ALERTS\/s▼/);
    assert.ok(!out.includes('\x1b[2J'));
    close();
  });

test('without an agent it says so', async () => {
  assert.ok(!existsSync(join(folder, 'none')));
  const child = spawnSync(process.execPath, [DRIVER, join(folder, 'none')], { encoding: 'utf8' });
  assert.equal(child.status, 1);
  assert.match(child.stderr, /no agent answers at .*none — start it/);
});
