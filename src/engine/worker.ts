import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openNative } from '../kernel/index.ts';
import { openRing, PAUSE_MS } from '../ring/index.ts';
import { Engine } from './engine.ts';
import type { EngineStart, FromEngine, ToEngine } from './messages.ts';

/**
 * The engine's thread: reads the ring, keeps process state, evaluates rules, sends alerts to the main thread. It
 * blocks in one foreign call while nothing happens, so it has no event loop; messages are taken between batches.
 */

/** Records handled before messages and alerts are looked at; about a millisecond's work. */
const BUDGET = 4096;
/** Longest sleep; bounds how late a message without a wake-up is seen. */
const IDLE_MS = 250;

function run(port: MessagePort, start: EngineStart): void {
  const native = openNative();
  const source = openRing(native, start.ringFd, start.ringBytes, start.wakeFd);
  const say = (message: FromEngine): void => port.postMessage(message);
  const engine = new Engine(start, source.memory, (alerts) => say({ kind: 'alerts', alerts }));
  say({ kind: 'started', rules: engine.rules });
  let running = true;
  while (running) {
    const records = source.drain((offset, length) => engine.take(offset, length), BUDGET);
    engine.flush();
    for (let message = receive(port); message !== null; message = receive(port)) {
      if (message.kind === 'stop') running = false;
      else say(engine.answer(message, source.stats.corrupt));
    }
    if (running && records < BUDGET) source.wait(records > 0 ? PAUSE_MS : 0, IDLE_MS);
  }
  // What the kernel wrote until the hooks are detached still counts.
  while (source.drain((offset, length) => engine.take(offset, length), BUDGET) > 0) engine.flush();
  source.close();
  say({ kind: 'stopped' });
}

function receive(port: MessagePort): ToEngine | null {
  return (receiveMessageOnPort(port)?.message as ToEngine | undefined) ?? null;
}

if (parentPort !== null) run(parentPort, workerData as EngineStart);
