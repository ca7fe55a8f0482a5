/**
 * Keys of falco.yaml that saker knows but does not act on. They are accepted with a warning, so that an existing
 * falco.yaml loads; below such a key nothing is checked. A key leaves this list when it gains an effect.
 */
export const NOT_USED: Readonly<Record<string, string>> = {
  capture: 'event dumps are not written',
  grpc: 'Falco removed it as well',
  grpc_output: 'Falco removed it as well',
  load_plugins: 'plugins other than container, which is built in, are not loaded',
  plugins: 'plugins other than container, which is built in, are not loaded',
  plugins_hostinfo: 'plugins are not loaded',
  'metrics.kernel_event_counters_per_cpu_enabled': 'counters are sums over all processors',
  'metrics.kernel_iter_event_counters_enabled': 'there is one iterator, which runs once at the start',
  'metrics.jemalloc_stats_enabled': 'saker does not use jemalloc',
  // Left out before the configuration is read (container-plugin.ts); here for the published schema.
  'container_engines.lxc': 'known by their cgroups',
  'container_engines.libvirt_lxc': 'known by their cgroups',
  'container_engines.bpm': 'known by their cgroups',
  'container_engines.static': 'known by their cgroups',
  'container_engines.with_size': 'no field tells sizes of containers',
  'container_engines.cri.disable_async': 'runtimes are always asked beside the events',
  'engine.kmod': 'saker has no kernel module',
  'engine.ebpf': 'Falco removed it as well',
  'engine.gvisor': 'Falco removed it as well',
  'engine.modern_ebpf.cpus_for_each_buffer': 'saker uses one ring for all processors',
  'engine.modern_ebpf.disable_iterators': 'saker needs its iterators',
};
