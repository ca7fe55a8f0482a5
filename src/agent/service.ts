import { constants } from 'node:os';
import { EXIT_CODE } from '../base/errors.ts';
import type { Config } from '../config/index.ts';
import { createDelivery, type Delivery, type DeliveryOptions } from '../delivery/index.ts';
import { type BacklogGauge, openBacklog } from '../engine/backlog.ts';
import type { InternalMatch } from '../engine/internal-alert.ts';
import { CANARY_PATH, CANARY_RULE, type EngineStats, type RulesCheck } from '../engine/messages.ts';
import { ProcFs, systemClocks } from '../host/index.ts';
import {
  CANARY_OPEN_FLAGS,
  datagramOpener,
  explainFailure,
  LoadError,
  type Native,
  type Obstacle,
  type Probes,
} from '../kernel/index.ts';
import { type Canary, createCanary } from './canary.ts';
import { type ContainerWatch, startContainers } from './containers.ts';
import { CONTROL_SOCKET, type Control, offerControl } from './control.ts';
import { describeRules } from './describe-rules.ts';
import type { EngineLink } from './engine-link.ts';
import { HostNameWatch } from './host-names.ts';
import { Leftovers } from './leftovers.ts';
import type { LibsLog } from './libs-log.ts';
import type { Log } from './log.ts';
import { LossLook } from './look.ts';
import { createNotifier, type Notifier } from './notify.ts';
import { Observation } from './observation.ts';
import type { AgentOptions } from './options.ts';
import { changeOutputs, deliveryOptions } from './outputs.ts';
import { Reloads } from './reload.ts';
import { seldom } from './seldom.ts';
import { describeStop } from './self/stop.ts';
import { SelfWatch, stateDirectory } from './self/watch.ts';
import type { ServiceParts } from './service-parts.ts';
import { engineLimits, keysForRestart, type Settings } from './settings.ts';
import type { Signals, StopSignal } from './signals.ts';
import { Silence } from './silence.ts';
import { type AgentStatus, agentStatus, type RulesStatus, rulesStatus } from './status.ts';
import { topSample } from './top.ts';
import { type FileWatch, watchFiles } from './watch-files.ts';

/** The canary sings this often when no watchdog asks for more, and has this long to come back. */
const CANARY_EVERY_MS = 20_000;
const CANARY_PATIENCE_MS = 10_000;
/** Of the pause; both together stay below what systemd waits, twice the pause. */
const PATIENCE = 1 / 3;
/** A start during which the canary waits behind other events gets this much longer each time it is asked after. */
const BUSY_START_S = 30;
/** In the log; the status says it all the time. */
const BUSY_AGAIN_MS = 60_000;
/** Alerts still on their way at the end get this long; systemd's TimeoutStopSec is far above it. */
const CLOSE_MS = 5000;

/**
 * From loaded rules to the exit code: open outputs, attach, let the engine watch, prove the way with a canary, say
 * READY, then answer signals until told to stop.
 */
export async function runService(
  parts: ServiceParts,
  refuse: (obstacle: Obstacle) => number,
): Promise<number> {
  const { check, log } = parts;
  let probes: Probes;
  try {
    probes = await (await parts.hooks).start(check.eventTypes, check.parts, check.opens);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    parts.libsLog.look();
    log.debug(error.log);
    return refuse(explainFailure(error));
  }
  return new Service(parts, probes).live();
}

class Service {
  readonly #options: AgentOptions;
  readonly #signals: Signals;
  readonly #engine: EngineLink;
  readonly #log: Log;
  readonly #native: Native;
  readonly #libsLog: LibsLog;
  readonly #probes: Probes;
  readonly #notifier: Notifier;
  readonly #delivery: Delivery;
  readonly #canary: Canary;
  readonly #files: FileWatch;
  readonly #hostNames: HostNameWatch;
  readonly #containers: ContainerWatch;
  readonly #wakeFd: number;
  readonly #backlog: BacklogGauge;
  readonly #leftovers: Leftovers;
  readonly #observation: Observation;
  readonly #losses: LossLook;
  readonly #self: SelfWatch;
  readonly #silence: Silence;
  #status: string;
  readonly #config: Config;
  #rules: RulesStatus;
  #heardLast: { readonly atMs: number; readonly tookMs: number } | null = null;
  readonly #warnBusy = seldom(BUSY_AGAIN_MS, (text) => this.#log.warning(text));
  #control: Control | null = null;
  #isReady = false;
  readonly #reloads: Reloads;
  #end: (exitCode: number) => void = () => {};
  readonly #ended = new Promise<number>((resolve) => {
    this.#end = resolve;
  });

  constructor(
    { options, settings, check, paths, engine, native, libsLog, signals, log }: ServiceParts,
    probes: Probes,
  ) {
    this.#options = options;
    this.#signals = signals;
    this.#engine = engine;
    this.#log = log;
    this.#native = native;
    this.#libsLog = libsLog;
    this.#probes = probes;
    this.#wakeFd = native.saker_event_open();
    this.#backlog = openBacklog(native, probes.ringFd, probes.ringBytes, systemClocks().bootNs);
    this.#leftovers = new Leftovers(native);
    this.#notifier = createNotifier(process.env, process.pid, datagramOpener(native));
    this.#delivery = createDelivery(this.#outputs(settings.config), datagramOpener(native), process.pid);
    const tell = (notice: InternalMatch): void => this.#observation.tell(notice);
    this.#silence = new Silence({ log, tell }, settings.config.syscall_event_timeouts.max_consecutives);
    this.#canary = createCanary({
      flags: CANARY_OPEN_FLAGS,
      patienceMs: Math.min(CANARY_PATIENCE_MS, (this.#notifier.watchdogMs ?? Infinity) * PATIENCE),
      backlog: this.#backlog.look,
      open: (flags) => void native.saker_canary_open(CANARY_PATH, flags),
      settle: () => engine.stats(),
      onHeard: (ms) => this.#heard(ms),
      onBusy: (ms) => this.#busy(ms),
      onSilence: (ms) => this.#silence.lasts(ms),
    });
    this.#files = watchFiles(
      () => void this.#reloads.request('files changed'),
      (path, reason) =>
        log.warning(
          `cannot watch ${path}: ${reason}; a change there takes effect with systemctl reload saker`,
        ),
    );
    this.#reloads = new Reloads({
      source: options,
      engine,
      log,
      // Before the first canary only the canary makes the service ready.
      begins: () => this.#isReady && this.#notifier.reloading(),
      over: () => this.#isReady && this.#notifier.ready(this.#status),
      apply: (newSettings, newCheck) => this.#apply(newSettings, newCheck),
      refused: (refusal) => this.#observation.refused(refusal),
      follow: (all) => {
        this.#self.follow(all);
        if (this.#config.watch_config_files) this.#files.follow(all);
      },
    });
    this.#hostNames = new HostNameWatch({
      changed: (all) => {
        engine.setHostNames(all).catch((error: Error) => log.debug(`names of hosts: ${error.message}`));
      },
    });
    this.#hostNames.follow(check.hostNames);
    this.#config = settings.config;
    this.#containers = startContainers(this.#config, engine, log);
    const parts = { log, probes, engine, delivery: this.#delivery, backlog: this.#backlog.look };
    this.#observation = new Observation({
      ...parts,
      containers: this.#containers,
      losses: () => this.#self.losses(),
      service: () => this.#self.totals(),
      heardLast: () => this.#heardLast,
      refused: () => this.#reloads.refused !== null,
      patienceMs: CANARY_EVERY_MS + CANARY_PATIENCE_MS,
    });
    void this.#observation.apply(settings);
    if (this.#config.watch_config_files) this.#files.follow(paths);
    this.#status = describeRules(check, this.#probes.carried, this.#log);
    this.#rules = rulesStatus(check, settings);
    this.#losses = new LossLook({ ...parts, exit: (why) => this.#fail(why) }, settings, check);
    this.#self = new SelfWatch(
      {
        directory: stateDirectory(process.env),
        log,
        write: tell,
        tampered: () => probes.tampered(),
        losses: () => this.#losses.status().losses.totals,
        fail: (why) => this.#fail(why),
      },
      paths,
    );
  }

  #outputs(config: Config): DeliveryOptions {
    return deliveryOptions(config, this.#log, { rule: CANARY_RULE, heard: () => this.#canary.heard() });
  }

  async live(): Promise<number> {
    this.#engine.onAlerts = (alerts) => {
      for (const alert of alerts) this.#delivery.write(alert);
    };
    this.#engine.onFailure = (reason) => this.#fail(`the engine failed: ${reason}`);
    this.#signals.handle({
      stop: (signal) => {
        this.#self.stopping(this.#stopReason(signal));
        this.#end(0);
      },
      reload: () => void this.#reloads.request('SIGHUP'),
      reopen: () => this.#delivery.reopen(),
    });
    await this.#startEngine().catch((error: Error) =>
      this.#fail(`the engine does not start: ${error.message}`),
    );
    await this.#answer();
    // READY means that all is seen that rules name, so the canary waits for what only a hook of its own reports.
    await Promise.race([this.#probes.complete(), this.#ended]);
    const timers = this.#startTimers();
    const exitCode = await this.#ended;
    this.#notifier.stopping();
    // An agent that failed has nobody who would read what still comes.
    if (exitCode === 0) await this.#probes.retire();
    for (const timer of timers) clearInterval(timer);
    await this.#close();
    return exitCode;
  }

  #stopReason(signal: StopSignal): string {
    const sender = this.#native.saker_signal_sender(constants.signals[signal]);
    return describeStop(signal, sender, new ProcFs());
  }

  #fail(reason: string): void {
    this.#log.error(reason);
    this.#self.stopping(reason);
    this.#end(EXIT_CODE.internal);
  }

  async #startEngine(): Promise<void> {
    await this.#engine.watch(
      { ring: this.#backlog.ring, wakeFd: this.#wakeFd, ...engineLimits(this.#config) },
      () => void this.#native.saker_event_signal(this.#wakeFd),
    );
    const processes = await this.#engine.tasks(this.#probes.readTasks());
    this.#log.info(`${processes} processes known`);
    void this.#probes.settled().then(() => {
      this.#log.info(`${this.#probes.active.length} hooks attached`);
      this.#leftovers.giveBackSoon();
    });
  }

  async #answer(): Promise<void> {
    const answers = {
      '/status': () => this.#agentStatus(),
      '/top': () => topSample(this.#engine, this.#probes, this.#delivery),
    };
    this.#control = await offerControl(CONTROL_SOCKET, answers, this.#log);
  }

  async #agentStatus(): Promise<AgentStatus> {
    return agentStatus({
      ready: this.#isReady,
      health: this.#observation.health(),
      rules: { ...this.#rules, refused: this.#reloads.refused },
      canary: this.#heardLast,
      backlog: this.#backlog.look(),
      probes: this.#probes,
      containers: await this.#containers.status(),
      outputs: this.#delivery.stats(),
      ...this.#losses.status(),
    });
  }

  #startTimers(): NodeJS.Timeout[] {
    const every = Math.min(CANARY_EVERY_MS, this.#notifier.watchdogMs ?? CANARY_EVERY_MS);
    this.#canary.sing();
    this.#losses.start();
    this.#self.start();
    const timers = [setInterval(() => this.#canary.sing(), every)];
    const { stopAfterS } = this.#options;
    if (stopAfterS !== null) timers.push(setTimeout(() => this.#end(0), stopAfterS * 1000));
    return timers;
  }

  #heard(tookMs: number): void {
    this.#heardLast = { atMs: performance.now(), tookMs };
    this.#notifier.watchdog();
    this.#silence.over();
    this.#libsLog.look();
    if (this.#isReady) return;
    this.#isReady = true;
    this.#notifier.ready(this.#status);
    this.#log.notice(this.#status);
  }

  /** Ending an agent that has too much to do would lose what waits; it says how far it is behind. */
  #busy(silentMs: number): void {
    const status = `busy: no canary for ${Math.round(silentMs / 1000)} s, it waits behind other events`;
    this.#warnBusy(status);
    if (this.#isReady) this.#notifier.watchdog();
    else this.#notifier.starting(status, BUSY_START_S);
  }

  /** What follows new rules and a new configuration. */
  async #apply(settings: Settings, check: RulesCheck): Promise<string> {
    // What a reload does not change must not look as if it did.
    const keys = keysForRestart(this.#config, settings.config);
    if (keys.length > 0) this.#log.warning(`takes effect with the next restart: ${keys.join(', ')}`);
    // Beside one another: an output that hangs does not hold up what the new rules need.
    const outputs = changeOutputs(this.#delivery, this.#outputs(settings.config), this.#log);
    const hooks = this.#probes.want(check.eventTypes, check.parts, check.opens);
    await Promise.all([outputs, hooks, this.#observation.apply(settings)]);
    this.#hostNames.follow(check.hostNames);
    this.#losses.follow(settings, check);
    this.#status = describeRules(check, this.#probes.carried, this.#log);
    this.#rules = rulesStatus(check, settings);
    this.#leftovers.giveBackSoon();
    return this.#status;
  }

  /** Engine first, so that what it still finds is delivered, while the hooks that are left go. */
  async #close(): Promise<void> {
    this.#canary.stop();
    this.#files.stop();
    this.#hostNames.stop();
    this.#containers.stop();
    this.#control?.close();
    this.#observation.stop();
    this.#self.stop();
    // What comes from now on the engine may not see any more.
    const end = this.#self.now();
    this.#losses.close(await this.#stopEngine());
    this.#self.ended(end);
    await Promise.all([this.#delivery.close(CLOSE_MS), this.#probes.close()]);
    this.#losses.outputsClosed();
    this.#native.saker_close(this.#wakeFd);
    this.#log.info('stopped');
  }

  async #stopEngine(): Promise<EngineStats | null> {
    try {
      const { late, stats } = await this.#engine.stop();
      if (late) this.#log.error('the engine did not end in time: what it still had in hand is lost');
      return stats;
    } catch (error) {
      this.#log.error(`the engine did not stop: ${(error as Error).message}`);
      return null;
    }
  }
}
