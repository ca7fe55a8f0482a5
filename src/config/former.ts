/** Keys that falco.yaml once had, by path, and what says the same today. */
export const FORMER_KEYS: Readonly<Record<string, string>> = {
  rules_file: 'rules_files',
  rule_files: 'rules_files',
  outputs:
    'noise_control: per_rule alerts of a rule in window_s seconds stand for outputs.rate and max_burst',
  syscall_buf_size_preset: 'engine.modern_ebpf.buf_size_preset',
  syscall_drop_failed_exit: 'engine.modern_ebpf.drop_failed_exit',
  modern_bpf: 'engine.modern_ebpf',
  metadata_download: 'container_engines: containers and pods are known from the runtimes of this host',
};
