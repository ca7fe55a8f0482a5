import type { Config } from '../config/index.ts';
import type { RulesCheck } from '../engine/messages.ts';
import {
  kernelFunctions,
  type Native,
  type Notice,
  objectName,
  type Probes,
  startProbes,
} from '../kernel/index.ts';
import { bpfObject } from './assets.ts';

/**
 * Loads and attaches what lets events flow; the rest comes in the background. After a reload `probes.want` says what
 * the rules need.
 *
 * @param wanted what the rules ask for
 * @throws LoadError when the kernel takes not even one program
 */
export function attachHooks(
  native: Native,
  config: Config,
  wanted: Pick<RulesCheck, 'eventTypes' | 'parts'>,
  onNotice: (notice: Notice) => void,
): Promise<Probes> {
  const functions = kernelFunctions();
  return startProbes(native, wanted.eventTypes, wanted.parts, {
    functions,
    onNotice,
    image: bpfObject(objectName(functions)),
    // falco.yaml's presets: 1 is 1 MiB, each step doubles.
    ringBytes: 1 << (19 + config.engine.modern_ebpf.buf_size_preset),
    ownPid: process.pid,
    threads: false,
  });
}
