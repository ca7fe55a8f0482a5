import { rmSync, writeFileSync } from 'node:fs';
import type { Alert } from '../base/alert.ts';
import { formatProblem } from '../base/errors.ts';
import { createDelivery, type Delivery } from '../delivery/index.ts';
import { CANARY_RULE } from '../engine/messages.ts';
import {
  CANARY_OPEN_FLAGS,
  datagramOpener,
  explainFailure,
  kernelFunctions,
  LoadError,
  type Native,
  type Obstacle,
  openNative,
  type Probes,
  planLoad,
  startProbes,
} from '../kernel/index.ts';
import { bpfObject } from './assets.ts';
import { CANARY_PATH, type Canary, createCanary } from './canary.ts';
import { type EngineLink, startEngine } from './engine-link.ts';
import type { Log } from './log.ts';
import { LossWatch } from './loss.ts';
import { createNotifier, type Notifier } from './notify.ts';
import type { AgentOptions } from './options.ts';
import { deliveryOptions } from './outputs.ts';
import { loadSettings, type Settings } from './settings.ts';
import { type FileWatch, watchFiles } from './watch-files.ts';

/** The canary sings this often when no watchdog asks for more, and has this long to come back. */
const CANARY_EVERY_MS = 10_000;
const CANARY_PATIENCE_MS = 10_000;
/** Kernel losses and destinations are looked at this often. */
const LOOK_EVERY_MS = 1000;
/** Alerts still on their way at the end get this long; systemd's TimeoutStopSec is far above it. */
const CLOSE_MS = 5000;

/**
 * Everything between a checked configuration and the exit code: open outputs, attach, start the engine, prove the
 * way with a canary, say READY, then answer signals until told to stop.
 */
export async function runService(
  options: AgentOptions,
  settings: Settings,
  paths: readonly string[],
  log: Log,
  refuse: (obstacle: Obstacle) => number,
): Promise<number> {
  const native = openNative();
  const notifier = createNotifier(process.env, process.pid, datagramOpener(native));
  const delivery = createDelivery(deliveryOptions(settings.config, log), datagramOpener(native), process.pid);
  let probes: Probes;
  try {
    probes = attach(native, settings);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    log.debug(error.log);
    return refuse(explainFailure(error));
  }
  for (const { program, reason } of probes.missing) log.warning(`${program}: ${reason}`);
  sayUncollected(settings, log);
  const service = new Service(options, settings, log, native, notifier, delivery, probes);
  return service.live(paths);
}

function attach(native: Native, { config, check }: Settings): Probes {
  const plan = planLoad(new Set([...check.eventTypes, 'openat']), kernelFunctions());
  return startProbes(native, plan, {
    image: bpfObject(),
    // falco.yaml's presets: 1 is 1 MiB, each step doubles.
    ringBytes: 1 << (19 + config.engine.modern_ebpf.buf_size_preset),
    ownPid: process.pid,
    threads: false,
  });
}

/** A rule that can never match must not look like one that finds nothing. */
function sayUncollected({ check: { uncollected } }: Settings, log: Log): void {
  if (uncollected.size === 0) return;
  const types = [...uncollected].map(([type, rules]) => `${type} (${rules} rules)`).join(', ');
  log.warning(`rules ask for events that saker does not collect yet and stay silent on them: ${types}`);
}

class Service {
  readonly #options: AgentOptions;
  #settings: Settings;
  readonly #log: Log;
  readonly #native: Native;
  readonly #notifier: Notifier;
  readonly #delivery: Delivery;
  readonly #probes: Probes;
  readonly #canary: Canary;
  readonly #files: FileWatch;
  readonly #wakeFd: number;
  #engine: EngineLink | null = null;
  #status = '';
  #isReady = false;
  #reloading: Promise<void> = Promise.resolve();
  #end: (exitCode: number) => void = () => {};

  constructor(
    options: AgentOptions,
    settings: Settings,
    log: Log,
    native: Native,
    notifier: Notifier,
    delivery: Delivery,
    probes: Probes,
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#log = log;
    this.#native = native;
    this.#notifier = notifier;
    this.#delivery = delivery;
    this.#probes = probes;
    this.#wakeFd = native.saker_event_open();
    this.#canary = createCanary(
      CANARY_OPEN_FLAGS,
      CANARY_PATIENCE_MS,
      () => this.#heard(),
      (ms) =>
        log.error(
          `no event has come through for ${ms} ms: saker is blind — see the messages before this one`,
        ),
    );
    this.#files = watchFiles(
      () => void this.#reload('files changed'),
      (path, reason) => log.debug(`cannot watch ${path}: ${reason}`),
    );
  }

  /** @param paths files and directories whose change means a reload */
  async live(paths: readonly string[]): Promise<number> {
    const ended = new Promise<number>((resolve) => {
      this.#end = resolve;
    });
    const wake = (): void => void this.#native.saker_event_signal(this.#wakeFd);
    try {
      const { link, rules } = await startEngine(this.#engineStart(), wake, {
        onAlerts: (alerts) => this.#deliver(alerts),
        onFailure: (reason) => {
          this.#log.error(`the engine failed: ${reason}`);
          this.#end(70);
        },
      });
      this.#engine = link;
      const processes = await link.tasks(this.#probes.readTasks());
      this.#status = `watching with ${rules} rules`;
      this.#log.info(`${this.#probes.active.length} programs attached, ${processes} processes known`);
    } catch (error) {
      this.#log.error(`the engine does not start: ${(error as Error).message}`);
      this.#end(70);
    }
    const timers = this.#startTimers();
    const removeSignals = this.#listen();
    if (this.#options.pidFile !== null) writeFileSync(this.#options.pidFile, `${process.pid}\n`);
    if (this.#settings.config.watch_config_files) this.#files.follow(paths);
    const exitCode = await ended;
    for (const timer of timers) clearInterval(timer);
    removeSignals();
    await this.#close();
    return exitCode;
  }

  #engineStart() {
    return {
      ringFd: this.#probes.ringFd,
      ringBytes: this.#probes.ringBytes,
      wakeFd: this.#wakeFd,
      ownPid: process.pid,
      canaryPath: CANARY_PATH,
      rules: this.#settings.rules,
    };
  }

  #startTimers(): NodeJS.Timeout[] {
    const every = Math.min(CANARY_EVERY_MS, this.#notifier.watchdogMs ?? CANARY_EVERY_MS);
    const losses = new LossWatch(this.#log);
    this.#canary.sing();
    const timers = [
      setInterval(() => this.#canary.sing(), every),
      setInterval(() => losses.look(this.#probes.counts(), this.#delivery.stats()), LOOK_EVERY_MS),
    ];
    const { stopAfterS } = this.#options;
    if (stopAfterS !== null) timers.push(setTimeout(() => this.#end(0), stopAfterS * 1000));
    return timers;
  }

  #listen(): () => void {
    const handlers: [NodeJS.Signals, () => void][] = [
      ['SIGTERM', () => this.#end(0)],
      ['SIGINT', () => this.#end(0)],
      ['SIGHUP', () => void this.#reload('SIGHUP')],
      ['SIGUSR1', () => this.#delivery.reopen()],
    ];
    for (const [signal, handler] of handlers) process.on(signal, handler);
    return () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
  }

  /** The canary's alerts end here; all others go to every destination. */
  #deliver(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      if (alert.rule === CANARY_RULE && alert.source === 'internal') this.#canary.heard();
      else this.#delivery.write(alert);
    }
  }

  #heard(): void {
    this.#notifier.watchdog();
    if (this.#isReady) return;
    this.#isReady = true;
    this.#notifier.ready(this.#status);
    this.#log.notice(this.#status);
  }

  /** One reload after another; the old rules stay in force until the new ones are compiled, and when they are bad. */
  #reload(why: string): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reloadNow(why));
    return this.#reloading;
  }

  async #reloadNow(why: string): Promise<void> {
    this.#log.info(`reloading: ${why}`);
    this.#notifier.reloading();
    const loaded = loadSettings(this.#options);
    for (const problem of loaded.problems) this.#log.warning(formatProblem(problem));
    for (const line of loaded.rulesReport.split('\n')) if (line !== '') this.#log.warning(line);
    if (loaded.settings === null)
      this.#log.error('the new configuration or rules are not valid: the old ones stay in force');
    else await this.#apply(loaded.settings);
    if (this.#settings.config.watch_config_files) this.#files.follow(loaded.paths);
    this.#notifier.ready(this.#status);
  }

  async #apply(settings: Settings): Promise<void> {
    try {
      const rules = await this.#engine?.reload(settings.rules);
      this.#settings = settings;
      this.#status = `watching with ${rules} rules`;
      sayUncollected(settings, this.#log);
      this.#log.notice(`reloaded: ${this.#status}`);
    } catch (error) {
      this.#log.error(
        `the engine refused the new rules, the old ones stay in force: ${(error as Error).message}`,
      );
    }
  }

  /** Engine first, so that what it still finds is delivered; hooks last, since detaching takes seconds on some kernels. */
  async #close(): Promise<void> {
    this.#notifier.stopping();
    this.#canary.stop();
    this.#files.stop();
    await this.#engine
      ?.stop()
      .catch((error: Error) => this.#log.error(`the engine did not stop: ${error.message}`));
    await this.#delivery.close(CLOSE_MS);
    this.#probes.close();
    this.#native.saker_close(this.#wakeFd);
    if (this.#options.pidFile !== null) rmSync(this.#options.pidFile, { force: true });
    this.#log.info('stopped');
  }
}
