import type { Config } from '../config/index.ts';
import type { RulesCheck } from '../engine/messages.ts';
import { kernelFunctions, type Native, type Probes, startProbes } from '../kernel/index.ts';
import { bpfObject } from './assets.ts';

/**
 * Loads the programs and attaches what the rules need; after a reload `probes.want` attaches the rest.
 *
 * @param wanted what the rules ask for
 * @throws LoadError when the kernel takes not even one program
 */
export function attachHooks(
  native: Native,
  config: Config,
  wanted: Pick<RulesCheck, 'eventTypes' | 'parts'>,
): Probes {
  return startProbes(native, wanted.eventTypes, wanted.parts, kernelFunctions(), {
    image: bpfObject(),
    // falco.yaml's presets: 1 is 1 MiB, each step doubles.
    ringBytes: 1 << (19 + config.engine.modern_ebpf.buf_size_preset),
    ownPid: process.pid,
    threads: false,
  });
}
