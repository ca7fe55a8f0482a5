import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { AgentStatus } from '../../../../src/agent/status.ts';
import type { TopSample } from '../../../../src/agent/top.ts';
import { checkAgent, checkRules } from '../../../../src/cli/doctor/agent.ts';
import type { Finding } from '../../../../src/cli/doctor/finding.ts';
import { doctorCommand } from '../../../../src/cli/doctor/index.ts';
import { checkKernel } from '../../../../src/cli/doctor/kernel.ts';
import { checkMachine, checkService } from '../../../../src/cli/doctor/machine.ts';
import { checkSettings } from '../../../../src/cli/doctor/settings.ts';
import { loadConfig } from '../../../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-doctor-'));
after(() => rmSync(folder, { recursive: true }));

let serial = 0;
/** A machine whose files are these. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = join(folder, `m${serial++}`);
  mkdirSync(join(root, 'proc'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Exactly one finding says it, and how bad it is. */
function says(found: readonly Finding[], level: Finding['level'], what: RegExp): void {
  const all = found.map((one) => `${one.level} ${one.check}: ${one.what}`).join('\n');
  assert.deepEqual(
    found.filter((one) => what.test(one.what)).map((one) => one.level),
    [level],
    all,
  );
}

const ROOT = {
  'sys/kernel/btf/vmlinux': '',
  'proc/self/status': 'CapEff:\t000001ffffffffff\n',
  'sys/kernel/security/lockdown': 'none [integrity] confidentiality\n',
  'sys/kernel/security/lsm': 'lockdown,capability,bpf',
  'proc/sys/kernel/ftrace_enabled': '1\n',
  'proc/sys/kernel/unprivileged_bpf_disabled': '2\n',
};
const kernels: readonly {
  name: string;
  files?: Record<string, string>;
  release?: string;
  level: Finding['level'];
  what: RegExp;
}[] = [
  { name: 'a good one', level: 'ok', what: /has type information and permits/ },
  { name: 'integrity', level: 'ok', what: /"integrity" permits/ },
  { name: 'too old', release: '4.19.0', level: 'fail', what: /older than 5\.10/ },
  {
    name: 'no privilege',
    files: { 'proc/self/status': 'CapEff:\t0\n' },
    level: 'warn',
    what: /needs CAP_BPF/,
  },
  {
    name: 'confidentiality',
    files: { 'sys/kernel/security/lockdown': 'none integrity [confidentiality]' },
    level: 'fail',
    what: /refuses tracing/,
  },
  {
    name: 'no ftrace',
    files: { 'proc/sys/kernel/ftrace_enabled': '0' },
    level: 'warn',
    what: /ftrace_enabled=0/,
  },
  {
    name: 'no JIT',
    files: { 'proc/sys/net/core/bpf_jit_enable': '0' },
    level: 'warn',
    what: /bpf_jit_enable=0/,
  },
  {
    name: 'open BPF',
    files: { 'proc/sys/kernel/unprivileged_bpf_disabled': '0' },
    level: 'info',
    what: /every user may load/,
  },
  { name: 'nonsense', files: { 'proc/sys/kernel/ftrace_enabled': '\x1b[2J' }, level: 'ok', what: /has type/ },
];
for (const { name, files, release, level, what } of kernels)
  test(`kernel: ${name}`, () => {
    const root = machine({ ...ROOT, ...files });
    says(checkKernel({ release: release ?? '6.12.0', arch: 'x64', root }), level, what);
  });

test('kernel: without type information', () => {
  says(checkKernel({ release: '6.1', arch: 'x64', root: machine({}) }), 'fail', /no type information/);
});

const event = (type: string, more: object = {}) => ({
  type,
  tier: 'fexit',
  sent: 10,
  lost: 0,
  parts: [],
  ...more,
});
const sink = (more: object = {}) => ({
  name: 'file',
  queued: 0,
  delivered: 5,
  dropped: 0,
  refused: 0,
  retries: 0,
  error: null,
  ...more,
});
const status = (more: object = {}): AgentStatus =>
  ({
    version: '1',
    ready: true,
    health: { healthy: true, reasons: [] },
    losses: { totals: [], intervals: [] },
    rules: { loaded: 3, files: [], refused: null },
    canary: { heard_s_ago: 2, took_ms: 1 },
    backlog: { behind_s: 0, ring_percent: 1 },
    hooks: { attached: 9, pending: 0, all_system_calls: false, blocked: null, missed_runs: {} },
    events: [event('openat')],
    containers: { known: 0, pending: 0, gone: 0, held: { expired: 0, crowded: 0 }, runtimes: {} },
    outputs: [sink()],
    ...more,
  }) as never;
const hooks = (more: object) => ({ hooks: { ...status().hooks, ...more } });

const FAULTS = { cause: 'engine_fault', name: '', count: 3 };
const OLD = { from_ms: 0, to_ms: 1000, losses: [FAULTS] };
const agents: readonly (readonly [string, object, Finding['level'], RegExp])[] = [
  ['well', {}, 'ok', /is ready/],
  ['well', {}, 'ok', /none was lost/],
  ['unwell', { health: { healthy: false, reasons: ['no event has come'] } }, 'fail', /no event has come/],
  ['faults', { losses: { totals: [FAULTS], intervals: [OLD] } }, 'fail', /failed on 3 events/],
  [
    'an old loss',
    { losses: { totals: [], intervals: [OLD] } },
    'info',
    /last from 1970-01-01T00:00:00\.000Z/,
  ],
  ['behind', { backlog: { behind_s: 9, ring_percent: 80 } }, 'warn', /9 s behind/],
  [
    'a refused reload',
    { rules: { loaded: 3, files: [], refused: { at_ms: 0, reason: 'a.yaml: Invalid' } } },
    'fail',
    /refused.*a\.yaml/,
  ],
  ['no rules', { rules: { loaded: 0, files: [], refused: null } }, 'fail', /no rules/],
  ['a stuck kernel', hooks({ blocked: 'attaching x' }), 'warn', /does not come back: attaching x/],
  [
    'some hooks refused',
    hooks({ all_system_calls: true }),
    'warn',
    /refuses some hooks on functions: .* every system call of this host pays/,
  ],
  [
    'all hooks refused',
    {
      ...hooks({ all_system_calls: true }),
      events: [event('openat', { tier: 'tracepoint', parts: [{ tier: 'tracepoint', reason: 'EBUSY' }] })],
    },
    'warn',
    /refuses all hooks on functions/,
  ],
  ['hooks still to come', hooks({ all_system_calls: true, pending: 3 }), 'info', /passes a program of saker/],
  ['skipped runs', hooks({ missed_runs: { p: 4 } }), 'warn', /p 4 times/],
  [
    'a blind type',
    {
      events: [
        event('bpf', { tier: 'none', parts: [{ detail: null, tier: 'none', reason: 'no such hook' }] }),
      ],
    },
    'warn',
    /nothing reports bpf, rules on it are blind: no such hook/,
  ],
  ['losses', { events: [event('openat', { lost: 5 })] }, 'warn', /5 of 15 openat/],
  ['no output', { outputs: [] }, 'fail', /go nowhere/],
  ['a failing output', { outputs: [sink({ error: 'ENOSPC' })] }, 'fail', /file fails: ENOSPC/],
  ['a losing output', { outputs: [sink({ dropped: 2, refused: 1 })] }, 'warn', /file lost 3/],
];
for (const [name, more, level, what] of agents)
  test(`agent: ${name}`, () => says(checkAgent(status(more)), level, what));

const rule = (more: object) => ({
  name: 'R',
  evaluated: 0,
  matched: 0,
  suppressed: 0,
  samples: 0,
  sampled_ns: 0,
  ...more,
});
const top = (rules: object[], more: object = {}): TopSample =>
  ({ uptime_s: 100, overrun: 0, rules, ...more }) as never;
const rules: readonly (readonly [string, TopSample, Finding['level'], RegExp])[] = [
  ['quiet', top([rule({})]), 'ok', /none of 1 rules/],
  ['dear', top([rule({ evaluated: 1e6, samples: 10, sampled_ns: 1e5 })]), 'warn', /"R" takes 10\.0 %/],
  ['noisy', top([rule({ matched: 1000 })]), 'warn', /"R" gave 1000 alerts, 36000 an hour/],
  ['too young to judge', top([rule({ matched: 1000 })], { uptime_s: 5 }), 'ok', /none of 1/],
  ['overrun', top([], { overrun: 4 }), 'fail', /4 alerts were lost before/],
];
for (const [name, sample, level, what] of rules)
  test(`rules: ${name}`, () => says(checkRules(sample), level, what));

const unit = (more: Record<string, string>) => async () => ({
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  NRestarts: '0',
  UnitFileState: 'enabled',
  LogRateLimitIntervalUSec: '0',
  ...more,
});
const configOf = (yaml: string) =>
  loadConfig({ file: 'saker.yaml', env: {}, files: { read: () => yaml, list: () => [] } });
const services: readonly (readonly [string, Record<string, string>, Finding['level'], RegExp])[] = [
  ['runs', {}, 'ok', /active \(running\)/],
  ['failed', { ActiveState: 'failed', Result: 'watchdog' }, 'fail', /has failed: watchdog/],
  ['stopped', { ActiveState: 'inactive', SubState: 'dead' }, 'fail', /is inactive/],
  ['restarted', { NRestarts: '3' }, 'warn', /3 times/],
  ['not enabled', { UnitFileState: 'disabled' }, 'warn', /does not start with/],
  ['limited journal', { LogRateLimitIntervalUSec: '30s' }, 'warn', /LogRateLimitIntervalSec=30s/],
  ['not installed', { LoadState: 'not-found' }, 'info', /not installed/],
];
for (const [name, more, level, what] of services)
  test(`service: ${name}`, async () => {
    const { config } = configOf('journal_output: {enabled: true}');
    says(await checkService(config, unit(more)), level, what);
  });

test('service: no systemd', async () => {
  says(await checkService(null, async () => null), 'info', /systemd does not answer/);
});

test('machine: clock and other agents', () => {
  const root = machine({
    'proc/7/comm': 'falco\n',
    'proc/8/comm': 'bash\n',
    'run/systemd/timesync/synchronized': '',
  });
  says(checkMachine(root), 'ok', /synchronised/);
  says(checkMachine(root), 'info', /also watching this host: falco$/);
  says(checkMachine(root, 0), 'fail', /the clock says 1970/);
});

async function settings(yaml: string, paths: readonly string[] = []) {
  const { config, problems } = configOf(
    `container_engines: {docker: {enabled: false}, podman: {enabled: false}, containerd: {enabled: false}, cri: {enabled: false}}\n${yaml}`,
  );
  return checkSettings(config, problems, null, paths);
}

test('settings: mistakes, rules, disk, rotation', async () => {
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules/bad.yaml'), '- rule: x\n');
  says(await settings('nonsense: 1'), 'warn', /nonsense is not a known key/);
  says(await settings('priority: loud'), 'fail', /priority is "loud"/);
  says(await settings(`rules_files: [${folder}/rules]`), 'fail', /bad\.yaml is not valid/);
  says(await settings(`rules_files: [${folder}/none]`), 'warn', /there are no rules at/);
  const file = `file_output: {enabled: true, filename: ${folder}/a/b/alerts.json}`;
  says(await settings(file), 'fail', /there is no directory/);
  says(await settings(file), 'warn', /grows without end/);
  says(
    await settings(`file_output: {enabled: true, filename: ${folder}/alerts.json}`),
    'ok',
    /has \d+ MiB left/,
  );
});

test('settings: secrets that everybody may read', async () => {
  const [path, other] = [join(folder, 'open.yaml'), join(folder, 'main.yaml')];
  const yaml = 'http_output: {enabled: true, url: "http://h/token"}';
  writeFileSync(path, yaml);
  writeFileSync(other, 'priority: debug\n');
  for (const one of [path, other]) chmodSync(one, 0o644);
  const found = await settings(yaml, [folder, other, path]);
  says(found, 'warn', /everybody may read .*open\.yaml/);
  assert.ok(!found.some(({ what }) => /main\.yaml/.test(what)));
  chmodSync(path, 0o640);
  assert.ok(!(await settings(yaml, [path])).some(({ what }) => /everybody/.test(what)));
});

test('settings: a socket that answers, and one whose runtime is gone', async () => {
  const path = join(folder, 'docker.sock');
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  const { config, problems } = configOf(
    `container_engines: {docker: {sockets: [${path}]}, podman: {sockets: [${folder}/alerts]}}`,
  );
  says(await checkSettings(config, problems, null, []), 'ok', /docker answers/);
  server.close();
  writeFileSync(path, '');
  says(await checkSettings(config, problems, null, []), 'warn', /docker does not answer/);
});

test('all together: one line for each, exit code 1 without an agent, JSON', async () => {
  const run = async (...args: string[]) => {
    const out: string[] = [];
    const io = { out: (text: string) => void out.push(text), err: (text: string) => assert.fail(text) };
    return { code: await doctorCommand(args, io, join(folder, 'none')), out: out.join('') };
  };
  const text = await run();
  assert.equal(text.code, 1);
  assert.match(text.out, /^fail {2}agent +no agent answers at/m);
  assert.match(text.out, /\d+ fail, \d+ warn\n$/);
  const findings: Finding[] = JSON.parse((await run('--json')).out);
  assert.ok(findings.some(({ check }) => check === 'kernel'));
});
