import { PRIORITIES, type Priority } from '../base/alert.ts';
import { DROP_CATEGORIES, dropsByCategory } from './drop-categories.ts';
import { each, type Family, type Labels, nameFrom, single } from './family.ts';
import type {
  ContainerReadings,
  EngineReadings,
  HostUsage,
  KernelReadings,
  Readings,
  RuleReadings,
  Selection,
} from './readings.ts';
import { droppedAlerts } from './readings.ts';

const FALCO = 'falcosecurity_falco';
const SCAP = 'falcosecurity_scap';

/** Falco's metrics with their names, types and units (falco.org/docs/concepts/metrics), so that its dashboards go on. */
export function falcoFamilies(from: Readings, wanted: Selection): Family[] {
  return [
    ...about(from),
    ...files(from),
    ...times(from),
    ...single(
      'counter',
      `${FALCO}_outputs_queue_num_drops_total`,
      'Alerts that the queues of all outputs had no room for.',
      droppedAlerts(from),
    ),
    ...(wanted.rules && from.engine !== null ? [matches(from.engine.rules)] : []),
    ...(wanted.resources ? resources(from) : []),
    ...(wanted.kernel && from.kernel !== null ? kernel(from.kernel) : []),
    ...(wanted.programs && from.kernel !== null ? programsOf(from.kernel) : []),
    ...(wanted.state && from.engine !== null ? lookups(from.engine) : []),
    ...(wanted.containers && from.containers !== null ? containersOf(from.containers) : []),
  ];
}

function info(name: string, help: string, ...labels: Labels[]): Family {
  return each('gauge', `${name}_info`, help, labels, (one) => [one, 1]);
}

function about({ version, kernelRelease, hostname }: Readings): Family[] {
  const source = { evt_source: 'syscall' };
  return [
    info(`${FALCO}_version`, 'Version of saker.', { version }),
    info(`${FALCO}_kernel_release`, 'Release of the kernel.', { kernel_release: kernelRelease }),
    info('falcosecurity_evt_hostname', 'Name of the host.', { hostname }),
    info(`${FALCO}_evt_source`, 'Sources of events.', source),
    info(`${SCAP}_engine_name`, 'How events are collected.', { engine_name: 'modern_bpf', ...source }),
  ];
}

/** Falco tells files by their last name; two may share it, so the path is there as well. */
function files({ rulesFiles, configFiles }: Readings): Family[] {
  const labels = ({ path, sha256 }: Readings['rulesFiles'][number]) => ({
    file_name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha256,
  });
  return [
    info(`${FALCO}_sha256_rules_files`, 'Rules files in force.', ...rulesFiles.map(labels)),
    info(`${FALCO}_sha256_config_files`, 'Configuration files in force.', ...configFiles.map(labels)),
  ];
}

function times({ wallNs, startNs, reloadNs, bootNs, cpus }: Readings): Family[] {
  const seconds = Number((wallNs - startNs) / 1_000_000_000n);
  return [
    ...single('gauge', `${FALCO}_start_timestamp_nanoseconds`, 'Start of the agent.', startNs),
    ...single('gauge', `${FALCO}_reload_timestamp_nanoseconds`, 'Rules in force since.', reloadNs),
    ...single('counter', `${FALCO}_duration_seconds_total`, 'Time since the start.', Math.max(0, seconds)),
    ...single('gauge', `${FALCO}_host_boot_timestamp_nanoseconds`, 'Boot of the host.', bootNs),
    ...single('gauge', `${FALCO}_host_num_cpus_total`, 'Processors of the host.', cpus),
  ];
}

function matches(rules: readonly RuleReadings[]): Family {
  const name = `${FALCO}_rules_matches_total`;
  return each('counter', name, 'Events that the rule matched.', rules, (rule) => [
    ruleLabels(rule),
    rule.matched,
  ]);
}

/** Falco writes the priority as its number, Emergency 0 to Debug 7, and each tag as a label. */
function ruleLabels({ name, priority, source, tags }: RuleReadings): Record<string, string> {
  const labels: Record<string, string> = {
    priority: String(PRIORITIES.indexOf(priority as Priority)),
    rule_name: name,
    source,
  };
  for (const tag of tags) labels[`tag_${nameFrom(tag)}`] = 'true';
  return labels;
}

function resources({ process, host }: Readings): Family[] {
  const bytes = (name: string, help: string, value: number | null) =>
    single('gauge', `${FALCO}_${name}_bytes`, help, value);
  const own =
    process === null
      ? []
      : [
          ...single(
            'gauge',
            `${FALCO}_cpu_usage_ratio`,
            'CPU time of the agent since its start, as part of one processor.',
            process.elapsedS > 0 ? (process.userS + process.systemS) / process.elapsedS : 0,
          ),
          ...bytes('memory_rss', 'Resident memory of the agent.', process.rssBytes),
          ...bytes('memory_vsz', 'Address space of the agent.', process.vszBytes),
          ...bytes('memory_pss', 'Resident memory, shared pages in part.', process.pssBytes),
          ...bytes('container_memory_used', "Memory of the agent's cgroup.", process.cgroupBytes),
        ];
  return host === null ? own : [...own, ...ofHost(host)];
}

function ofHost({ cpuRatio, memoryUsedBytes, processesRunning, openFiles }: HostUsage): Family[] {
  return [
    ...single('gauge', `${FALCO}_host_cpu_usage_ratio`, 'Busy part of all processors since boot.', cpuRatio),
    ...single('gauge', `${FALCO}_host_memory_used_bytes`, 'Memory in use on the host.', memoryUsedBytes),
    ...single('gauge', `${FALCO}_host_procs_running_total`, 'Runnable tasks of the host.', processesRunning),
    ...single('gauge', `${FALCO}_host_open_fds_total`, 'Open files of the host.', openFiles),
  ];
}

function kernel({ counts }: KernelReadings): Family[] {
  let [sent, lost] = [0n, 0n];
  for (const count of counts) {
    sent += count.sent;
    lost += count.lost;
  }
  const drops = dropsByCategory(counts);
  return [
    ...single(
      'counter',
      `${SCAP}_n_evts_total`,
      'Events seen in the kernel, lost ones included.',
      sent + lost,
    ),
    ...single('counter', `${SCAP}_n_drops_total`, 'Events lost in the kernel.', lost),
    each(
      'counter',
      `${SCAP}_n_drops_buffer_total`,
      'Events that the ring had no room for.',
      DROP_CATEGORIES,
      (drop) => [{ dir: 'exit', drop }, drops.get(drop) ?? 0n],
    ),
  ];
}

function containersOf({ known, pending, gone }: ContainerReadings): Family[] {
  const name = 'falcosecurity_plugins_container';
  const missing = 'Containers whose image nobody has told.';
  return [
    ...single('gauge', `${name}_n_containers_total`, 'Containers known.', known + pending + gone),
    ...single('gauge', `${name}_n_missing_container_images_total`, missing, pending + gone),
  ];
}

/** Falco names these metrics after the programs. */
function programsOf({ programs }: KernelReadings): Family[] {
  return programs
    .filter(({ runs }) => runs > 0)
    .flatMap(({ program, runs, runNs }) => {
      const name = `${SCAP}_${nameFrom(program)}`;
      return [
        ...single('counter', `${name}_run_cnt_total`, 'Runs of the program.', runs),
        ...single('counter', `${name}_run_time_nanoseconds_total`, 'Their time.', runNs),
        ...single('gauge', `${name}_avg_time_nanoseconds`, 'Time of a run.', Math.round(runNs / runs)),
      ];
    });
}

function lookups({ misses, repaired, full }: EngineReadings): Family[] {
  return [
    ...single(
      'counter',
      `${SCAP}_n_noncached_thread_lookups_total`,
      'Events whose process was not known yet.',
      misses,
    ),
    ...single(
      'counter',
      `${SCAP}_n_failed_thread_lookups_total`,
      'Of these, the ones that /proc did not know either.',
      misses - repaired,
    ),
    ...single(
      'counter',
      `${SCAP}_n_drops_full_threadtable_total`,
      'Processes not kept in mind, since the table was full (falco_libs.thread_table_size).',
      full,
    ),
  ];
}
