import { each, type Family, type Labels, single } from './family.ts';
import type {
  ContainerReadings,
  EngineReadings,
  KernelReadings,
  Readings,
  Selection,
  SinkReadings,
} from './readings.ts';

/** What Falco has no metric for, or only a constant. Units are Prometheus's: seconds and bytes. */
export function sakerFamilies(from: Readings, wanted: Selection): Family[] {
  const { engine, kernel, containers, process } = from;
  return [
    ...health(from),
    ...(from.outputs.length > 0 ? outputs(from.outputs) : []),
    each('counter', 'saker_losses_total', 'What was lost, as the ledger has it.', from.losses, (loss) => [
      { cause: loss.cause, name: loss.name },
      loss.count,
    ]),
    ...(from.service === null ? [] : ofService(from.service)),
    ...(engine === null ? [] : ofEngine(engine)),
    ...(wanted.rules && engine !== null ? rules(engine) : []),
    ...(wanted.kernel && kernel !== null ? ofKernel(kernel) : []),
    ...(wanted.state && containers !== null ? ofContainers(containers) : []),
    ...(wanted.resources && process !== null
      ? [
          each(
            'counter',
            'saker_cpu_seconds_total',
            'CPU time of the agent.',
            [
              { mode: 'user', seconds: process.userS },
              { mode: 'system', seconds: process.systemS },
            ],
            ({ mode, seconds }) => [{ mode }, seconds],
          ),
        ]
      : []),
  ];
}

function health({ health: { healthy }, reloadRefused, canary, backlog, engine, kernel }: Readings): Family[] {
  const canarySeconds = canary.tookMs === null ? null : canary.tookMs / 1000;
  return [
    ...single(
      'gauge',
      'saker_healthy',
      '1 while canary events come through, as /healthz says.',
      Number(healthy),
    ),
    ...single(
      'gauge',
      'saker_reload_refused',
      '1 while the last reload was refused and older rules are in force.',
      Number(reloadRefused),
    ),
    ...single('gauge', 'saker_canary_age_seconds', 'Since a canary event came through.', canary.heardSAgo),
    ...single(
      'gauge',
      'saker_canary_duration_seconds',
      'Way of the last canary, system call to delivery.',
      canarySeconds,
    ),
    ...single('gauge', 'saker_backlog_seconds', 'Age of the oldest event to judge.', backlog.behindS),
    ...single('gauge', 'saker_ring_used_ratio', 'How full the ring is.', backlog.ringRatio),
    ...single(
      'gauge',
      'saker_engine_answers',
      '0: the engine has too much to do to tell its counters.',
      Number(engine !== null),
    ),
    ...single(
      'gauge',
      'saker_kernel_answers',
      '0: counters of the kernel cannot be read.',
      Number(kernel !== null),
    ),
  ];
}

function ofService({ starts, unobservedS }: NonNullable<Readings['service']>): Family[] {
  const unobserved = 'Between a run of the agent and the next, when nobody watched.';
  return [
    ...single('counter', 'saker_starts_total', 'Starts of the agent.', starts),
    ...single('counter', 'saker_unobserved_seconds_total', unobserved, unobservedS),
  ];
}

function ofEngine({
  events,
  alertsDropped,
  corrupt,
  faults,
  processes,
  misses,
  repaired,
}: EngineReadings): Family[] {
  return [
    ...single('counter', 'saker_events_total', 'Events that the engine judged.', events),
    ...single(
      'counter',
      'saker_alerts_dropped_total',
      'Alerts lost on their way to the outputs.',
      alertsDropped,
    ),
    ...single('counter', 'saker_records_corrupt_total', 'Records of the kernel that made no sense.', corrupt),
    ...single('counter', 'saker_engine_faults_total', 'Events on which the engine itself failed.', faults),
    ...single('gauge', 'saker_processes', 'Processes known.', processes),
    ...single('counter', 'saker_process_misses_total', 'Events whose process was not known yet.', misses),
    ...single('counter', 'saker_process_repairs_total', 'Of these, the ones that /proc knew.', repaired),
  ];
}

function rules({ rules, suppressed }: EngineReadings): Family[] {
  const heldBack = rules.flatMap(({ name }) => {
    const by = suppressed.get(name) ?? { dedup: 0, rate: 0, budget: 0 };
    return Object.entries(by).map(([reason, count]) => ({ name, reason, count }));
  });
  const quiet = 'Matches that noise control held back, and tells of in summaries.';
  const evaluated = 'Evaluations of the condition; most events need none.';
  const seconds = 'Time in the condition, estimated from one event in 257.';
  return [
    ...single('gauge', 'saker_rules', 'Rules in force.', rules.length),
    each('counter', 'saker_rule_suppressed_total', quiet, heldBack, ({ name, reason, count }) => [
      { rule_name: name, reason },
      count,
    ]),
    each('counter', 'saker_rule_evaluations_total', evaluated, rules, (rule) => [
      { rule_name: rule.name },
      rule.evaluated,
    ]),
    each('counter', 'saker_rule_seconds_total', seconds, rules, ({ name, evaluated, samples, sampledNs }) => [
      { rule_name: name },
      samples === 0 ? 0 : ((sampledNs / samples) * evaluated) / 1e9,
    ]),
  ];
}

function ofKernel({ counts, programs, attached, pending }: KernelReadings): Family[] {
  const missed = programs.filter(({ missedRuns }) => missedRuns > 0);
  const hooks = [
    { state: 'attached', count: attached },
    { state: 'pending', count: pending },
  ];
  const skipped = 'Runs of a program that the kernel skipped.';
  return [
    each('counter', 'saker_kernel_events_total', 'Events sent by the kernel.', counts, ({ type, sent }) => [
      { type },
      sent,
    ]),
    each(
      'counter',
      'saker_kernel_events_lost_total',
      'Events lost in the kernel.',
      counts,
      ({ type, lost }) => [{ type }, lost],
    ),
    each(
      'counter',
      'saker_kernel_events_dropped_total',
      'Events that ended in the kernel because no rule can match them.',
      counts,
      ({ type, dropped }) => [{ type }, dropped],
    ),
    each('gauge', 'saker_hooks', 'Hooks by state.', hooks, ({ state, count }) => [{ state }, count]),
    // One sum always, so that an alert on it sees the first skipped run.
    ...single(
      'counter',
      'saker_skipped_runs_total',
      'Runs of all programs that the kernel skipped.',
      missed.reduce((sum, { missedRuns }) => sum + missedRuns, 0),
    ),
    each('counter', 'saker_program_skipped_runs_total', skipped, missed, ({ program, missedRuns }) => [
      { program },
      missedRuns,
    ]),
  ];
}

function ofContainers({ known, pending, gone, held, runtimes }: ContainerReadings): Family[] {
  const ends = Object.entries({ completed: held.completed, expired: held.expired, crowded: held.crowded });
  const states = Object.entries({ known, pending, gone });
  const named = Object.entries(runtimes);
  const by = (name: string, help: string, key: 'lookups' | 'found' | 'failures'): Family =>
    each('counter', `saker_container_runtime_${name}_total`, help, named, ([runtime, stats]) => [
      { runtime },
      stats[key],
    ]);
  return [
    each('gauge', 'saker_containers', 'Containers by what is known.', states, ([state, count]) => [
      { state },
      count,
    ]),
    ...single('gauge', 'saker_held_events', 'Events that wait for facts of their container.', held.waiting),
    each(
      'counter',
      'saker_held_events_total',
      'Events that waited, by how it ended.',
      ends,
      ([end, count]) => [{ end }, count],
    ),
    by('lookups', 'Questions to the runtime.', 'lookups'),
    by('found', 'Of these, the ones it could answer.', 'found'),
    by('failures', 'Failures of its socket.', 'failures'),
  ];
}

function outputs(sinks: readonly SinkReadings[]): Family[] {
  const by = (
    type: Family['type'],
    name: string,
    help: string,
    value: (sink: SinkReadings) => number,
  ): Family =>
    each(type, `saker_output_${name}`, help, sinks, (sink): [Labels, number] => [
      { output: sink.name },
      value(sink),
    ]);
  const spooled = sinks.filter(({ spool }) => spool !== undefined);
  const ofSpool = (name: string, help: string, key: 'records' | 'bytes'): Family =>
    each('gauge', `saker_output_spool_${name}`, help, spooled, ({ name: output, spool }) => [
      { output },
      spool?.[key] ?? 0,
    ]);
  return [
    by('gauge', 'queued', 'Alerts that wait.', ({ queued }) => queued),
    by('counter', 'delivered_total', 'Alerts delivered.', ({ delivered }) => delivered),
    by('counter', 'dropped_total', 'Alerts lost for want of room.', ({ dropped }) => dropped),
    by('counter', 'refused_total', 'Alerts refused for good.', ({ refused }) => refused),
    by('counter', 'retries_total', 'Attempts repeated.', ({ retries }) => retries),
    by('counter', 'held_back_total', 'Alerts above the rate.', ({ heldBack }) => heldBack ?? 0),
    by('gauge', 'failing', '1: takes no alerts now.', ({ error }) => Number(error !== null)),
    by('gauge', 'last_failure_timestamp_seconds', '0: none.', ({ failedAtMs }) => (failedAtMs ?? 0) / 1000),
    each(
      'counter',
      'saker_output_dead_letters_total',
      'Of those refused, kept in dead-letter.jsonl.',
      spooled,
      ({ name: output, deadLetters }) => [{ output }, deadLetters ?? 0],
    ),
    ofSpool('records', 'Alerts on the disk.', 'records'),
    ofSpool('bytes', 'Their bytes.', 'bytes'),
  ];
}
