import type { Channel } from './sink.ts';

/** A destination inside the agent: proves that an alert got as far as a queue of its own and out of it. */
export function canaryChannel(heard: () => void): Channel {
  return {
    name: 'canary',
    open: () => null,
    encode: () => new Uint8Array(0),
    send: (records) => {
      heard();
      return { done: records.length, error: null };
    },
    reopen: () => {},
    close: () => {},
  };
}
