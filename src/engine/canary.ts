import { type Alert, PRIORITIES } from '../base/alert.ts';
import type { Event } from './event.ts';
import { CANARY_RULE } from './messages.ts';

/**
 * The agent's own rule: an open of the canary's path by the agent itself. It takes the place of the user's rules for
 * that one event, so that no rule of theirs can match, hide or delay it.
 */
export class CanaryWatch {
  readonly #path: string;
  readonly #pid: number;
  readonly #hostname: string;

  constructor(path: string, pid: number, hostname: string) {
    this.#path = path;
    this.#pid = pid;
    this.#hostname = hostname;
  }

  isCanary(event: Event): boolean {
    return event.pid === this.#pid && event.isOpen && event.fileName?.text === this.#path;
  }

  alert(event: Event): Alert {
    const output = 'an event of the agent came through';
    return {
      rule: CANARY_RULE,
      priority: 'Debug',
      priorityNumber: PRIORITIES.indexOf('Debug'),
      timeNs: event.wallNs,
      source: 'internal',
      hostname: this.#hostname,
      tags: [],
      output,
      fields: {},
      json: '{}',
      text: output,
    };
  }
}
