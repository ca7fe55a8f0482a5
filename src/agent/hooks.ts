import type { Config } from '../config/index.ts';
import {
  kernelFunctions,
  type Native,
  PROGRAMS,
  type Probes,
  planLoad,
  startProbes,
} from '../kernel/index.ts';
import { bpfObject } from './assets.ts';

/**
 * Attaches the programs. All events that saker can collect are wanted, whatever the rules name now: a reload may
 * name others, and attached programs cannot change what they report.
 *
 * @throws LoadError when the kernel takes not even one program
 */
export function attachHooks(native: Native, config: Config): Probes {
  const wanted = new Set(PROGRAMS.flatMap(({ types }) => types));
  return startProbes(native, planLoad(wanted, kernelFunctions()), {
    image: bpfObject(),
    // falco.yaml's presets: 1 is 1 MiB, each step doubles.
    ringBytes: 1 << (19 + config.engine.modern_ebpf.buf_size_preset),
    ownPid: process.pid,
    threads: false,
  });
}

/** Event types that at least one attached program carries. */
export function carriedTypes({ active }: Probes): Set<string> {
  return new Set(PROGRAMS.filter(({ name }) => active.includes(name)).flatMap(({ types }) => types));
}
