/**
 * Containers: which one a process belongs to, and what runtimes say of it.
 *
 *   engine thread                                       main thread
 *   cgroup path ─▶ Containers.of ─▶ Container           ContainerService ◀─ bundles, docker, podman, containerd, CRI
 *                  takeAsks ═══ AskMessage ═══▶ ask ──▶ (service.ts)
 *                  apply    ◀══ NewsMessage ═══ send ◀─
 *
 * All I/O is on the main thread, which waits for nobody; on the event path a look-up is a Map.get. Runtimes tell of a
 * container before its first process runs, so news usually come before they are asked for: the engine must take them
 * off its port before the next batch, and the main thread must wake it (wakeFd) after sending.
 *
 * Engine, at fork, exec and for tasks found at start (the path is in the exec record and in /proc/PID/cgroup):
 *
 *   process.container = containers.of(cgroupPath, nowMs);         // null: the host. Keep it with the process
 *   const get = bindContainerField('container.name', null);       // once, when rules load
 *   get(process.container)                                        // Interned, boolean or null, per event
 *   // after a batch
 *   const asks = containers.takeAsks(nowMs);
 *   if (asks.length > 0) port.postMessage({ kind: 'ask-containers', asks });
 *   // when 'container-news' arrives
 *   containers.apply(message.news, nowMs);
 *   // an alert that shows container fields while container.state is 'pending' is held, at most some 500 ms
 *   container.onSettled(() => release(alert));
 *
 * Main thread (`service.ts` is not exported here: the engine's bundle does not carry the clients):
 *
 *   const service = new ContainerService(CONTAINER_SETTINGS, {
 *     send: (news) => { worker.postMessage({ kind: 'container-news', news }); wake(); },
 *     warn: (text) => log.warn(printable(text)),                  // hostile text, any number: escape, limit
 *   });
 *   service.start();
 *   // when 'ask-containers' arrives
 *   service.ask(message.asks);
 */
export {
  CACHE_LIMITS,
  type CacheLimits,
  type CacheStats,
  Container,
  type ContainerState,
  Containers,
} from './cache.ts';
export { type ContainerRef, containerOfCgroup, containerOfCgroups, type Runtime } from './cgroup.ts';
export type { ContainerFacts, Mount, Probe } from './facts.ts';
export { bindContainerField, type ContainerGetter } from './fields.ts';
export type { Ask, AskMessage, ContainerNews, NewsMessage } from './messages.ts';
export {
  HOST_CONTAINER,
  labelsText,
  type MountPicker,
  mountPicker,
  mountsText,
  mountText,
  probeText,
  runsProbe,
  shortId,
} from './values.ts';
