import type { Config } from '../config/index.ts';
import {
  kernelFunctions,
  type Native,
  type PreparedProbes,
  prepareProbes,
  readObjects,
} from '../kernel/index.ts';
import { bpfObject } from './assets.ts';
import type { Log } from './log.ts';

/**
 * Loads what lets events flow; the rest comes in the background once it has started. After a reload `probes.want` says
 * what the rules need.
 *
 * @throws LoadError when the kernel takes not even one program
 */
export async function prepareHooks(native: Native, config: Config, log: Log): Promise<PreparedProbes> {
  const begin = performance.now();
  const functions = kernelFunctions(native);
  let loading = 0;
  const prepared = await prepareProbes(native, {
    functions,
    onNotice: ({ priority, text }) => (priority === 'Warning' ? log.warning(text) : log.info(text)),
    onFlow: () => sayFlow(log, loading),
    images: readObjects(functions, bpfObject),
    // falco.yaml's presets: 1 is 1 MiB, each step doubles.
    ringBytes: 1 << (19 + config.engine.modern_ebpf.buf_size_preset),
    ownPid: process.pid,
    threads: false,
    dataBytes: config.falco_libs.snaplen,
  });
  loading = performance.now() - begin;
  return prepared;
}

/** What test/bench/start reads. @param loading ms that process life and the dispatcher took */
function sayFlow(log: Log, loading: number): void {
  const { user, system } = process.cpuUsage();
  const [ms, ofProcessors] = [performance.now(), (user + system) / 1000].map(Math.round);
  log.debug(
    `events flow ${ms} ms after the start, ${ofProcessors} ms of processor time, loading took ${Math.round(loading)} ms`,
  );
}
