import type { AgentStatus } from '../../agent/status.ts';
import type { TopSample } from '../../agent/top.ts';
import { type Finding, reporter, some } from './finding.ts';

/** Tiers of programs that are attached to a function of the kernel. */
const OWN_HOOK: ReadonlySet<string> = new Set(['fexit', 'fprobe']);

/** Events that are judged so late are no longer news. */
const BEHIND_S = 5;
/** A rule that takes more of a processor than this is worth a look. */
const DEAR_SHARE = 0.02;
/** A rule that speaks more often is read by nobody, an hour. */
const NOISY_PER_HOUR = 120;
/** Too little to judge by. */
const LEAST_UPTIME_S = 60;

/** What the running agent says of itself. */
export function checkAgent(status: AgentStatus): Finding[] {
  const { found, ok, info, warn, fail } = reporter('agent');
  const { canary, hooks, rules, containers, backlog } = status;
  for (const reason of status.health.reasons) fail(reason, 'see journalctl -u saker');
  if (status.health.healthy) ok(`version ${status.version} is ready, its canary took ${canary.took_ms} ms`);
  if (backlog.behind_s > BEHIND_S)
    warn(
      `it is ${backlog.behind_s} s behind, the ring is ${backlog.ring_percent} % full`,
      'see saker top for dear rules; enlarge engine.modern_ebpf.buf_size_preset',
    );
  if (rules.loaded === 0)
    fail('no rules are loaded: nothing will be reported', 'see rules_files in saker.yaml');
  if (rules.refused)
    fail(`a reload was refused, older rules are in force: ${rules.refused.reason}`, 'mend it and reload');
  if (hooks.pending > 0)
    info(`${hooks.pending} hooks are still to be attached; a tracepoint reports until then`);
  if (hooks.blocked !== null)
    warn(`the kernel does not come back: ${hooks.blocked}`, 'a tracepoint reports meanwhile; a reboot helps');
  if (hooks.all_system_calls && (hooks.pending > 0 || hooks.blocked !== null))
    info('every system call of this host passes a program of saker now, which costs time');
  else if (hooks.all_system_calls) {
    const tiers = status.events.flatMap(({ tier, parts }) => [tier, ...parts.map((part) => part.tier)]);
    const hasHooks = tiers.some((tier) => OWN_HOOK.has(tier));
    warn(
      `the kernel refuses ${hasHooks ? 'some' : 'all'} hooks on functions: a tracepoint carries their events, and every system call of this host pays for it`,
      'saker status says why; kernel.ftrace_enabled and net.core.bpf_jit_enable must be 1, and the kernel be built with CONFIG_FUNCTION_TRACER',
    );
  }
  const missed = Object.entries(hooks.missed_runs).map(([program, runs]) => `${program} ${runs} times`);
  if (missed.length > 0)
    warn(`the kernel skipped programs: ${some(missed)}`, 'load of the machine, or a fault of the kernel');
  const { held, runtimes } = containers;
  if (held.expired + held.crowded > 0)
    warn(
      `${held.expired + held.crowded} events were judged before the facts of their container were there`,
      'raise container_engines.hold_ms, or see why the runtime is slow',
    );
  for (const [name, { failures, found: answered }] of Object.entries(runtimes))
    if (failures > 0)
      warn(`${name}: ${failures} questions failed, ${answered} were answered`, `is ${name} well?`);
  return [...found, ...checkEvents(status), ...checkLosses(status), ...checkOutputs(status)];
}

function checkEvents({ events }: AgentStatus): Finding[] {
  const { found, ok, warn } = reporter('events');
  const blind = events.filter(({ tier }) => tier === 'none');
  for (const { type, parts } of blind)
    warn(
      `nothing reports ${type}, rules on it are blind: ${parts.find(({ reason }) => reason !== null)?.reason ?? 'no reason is known'}`,
      'disable those rules, or use a kernel that has the event',
    );
  const slow = events.filter(
    ({ tier, parts }) => tier !== 'none' && parts.some(({ reason }) => reason !== null),
  );
  if (slow.length > 0)
    warn(
      `some of these come another way than usual: ${some(slow.map(({ type }) => type))}`,
      'saker status says why',
    );
  const lost = events.filter((event) => event.lost > 0);
  if (lost.length > 0)
    warn(
      `lost since the start: ${some(lost.map((event) => `${event.lost} of ${event.sent + event.lost} ${event.type}`))}`,
      'enlarge engine.modern_ebpf.buf_size_preset, or disable rules that name bulk events',
    );
  if (found.length === 0) ok(`${events.length} types are reported, none was lost`);
  return found;
}

/** What is no matter of size or speed, and when anything was lost last. */
function checkLosses({ losses: { totals, intervals } }: AgentStatus): Finding[] {
  const { found, info, fail } = reporter('losses');
  for (const { cause, count } of totals) {
    if (cause === 'unreadable') fail(`${count} records of the kernel made no sense`, 'please report it');
    if (cause === 'engine_fault')
      fail(`the engine failed on ${count} events`, 'please report it, with saker support');
  }
  const last = intervals.at(-1);
  if (last !== undefined)
    info(`last from ${new Date(last.from_ms).toISOString()} to ${new Date(last.to_ms).toISOString()}`);
  return found;
}

function checkOutputs({ outputs }: AgentStatus): Finding[] {
  const { found, ok, warn, fail } = reporter('outputs');
  if (outputs.length === 0) fail('alerts go nowhere', 'enable an output in saker.yaml');
  for (const { name, error, dropped, refused, queued, delivered } of outputs) {
    if (error !== null)
      fail(
        `${name} fails: ${error} (${queued} alerts wait)`,
        'mend the destination; saker tries again by itself',
      );
    if (dropped + refused > 0)
      warn(`${name} lost ${dropped + refused} alerts since the start`, 'see journalctl -u saker');
    if (error === null && dropped + refused === 0) ok(`${name}: ${delivered} delivered, ${queued} waiting`);
  }
  return found;
}

/** Rules that cost much or speak too often, as means since the start. */
export function checkRules(top: TopSample): Finding[] {
  const { found, ok, warn, fail } = reporter('rules');
  if (top.overrun > 0)
    fail(
      `${top.overrun} alerts were lost before the outputs`,
      'quieten the rule that gives so many, see below and saker top',
    );
  if (top.uptime_s >= LEAST_UPTIME_S) {
    for (const { name, evaluated, samples, sampled_ns } of top.rules) {
      const share = samples === 0 ? 0 : ((sampled_ns / samples) * evaluated) / 1e9 / top.uptime_s;
      if (share > DEAR_SHARE)
        warn(
          `"${name}" takes ${(share * 100).toFixed(1)} % of a processor`,
          'narrow it: event types, paths or users first',
        );
    }
    for (const { name, matched } of top.rules) {
      const perHour = (matched / top.uptime_s) * 3600;
      if (perHour > NOISY_PER_HOUR && matched > NOISY_PER_HOUR)
        warn(
          `"${name}" gave ${matched} alerts, ${perHour.toFixed(0)} an hour`,
          'add an exception for what is usual here',
        );
    }
  }
  if (found.length === 0) ok(`none of ${top.rules.length} rules is dear or noisy`);
  return found;
}
