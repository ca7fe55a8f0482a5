import { EMPTY, Interned } from '../../base/interning.ts';
import type { Getter } from '../../rules/facts.ts';
import type { Environment, Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { MAX_ANCESTORS, type Table } from './process.ts';

/** proc.env and proc.aenv: the environment as it was at exec, from the record of the exec, else from /proc. */

const environment = (process: Process, event: Event): Environment | null =>
  event.details.environment(process, event.bootNs);

/** All of it, joined by blanks; null when it is not known. */
const whole = (process: Process, event: Event): Interned | null =>
  environment(process, event)?.joined ?? null;

/** The value of a variable, null when it is not set. */
function variable(process: Process, event: Event, name: string): Interned | null {
  const value = environment(process, event)?.variable(name) ?? null;
  return value === null ? null : new Interned(value);
}

/** A variable that is not set is the empty text, as in Falco: `proc.env[X] = ""` holds for it. */
function ownEnvironment(name: string | null): Getter<Event> {
  return (event) => {
    const { process } = event;
    if (process === null || environment(process, event) === null) return null;
    return name === null ? whole(process, event) : (variable(process, event, name) ?? EMPTY);
  };
}

/** `[2]` is all of the second ancestor's; `[NAME]` the variable of the nearest ancestor that has it. */
function ancestorEnvironment(arg: string | null): Getter<Event> {
  if (arg !== null && /^\d{1,3}$/.test(arg)) {
    const depth = Number(arg);
    return (event) => {
      let at = event.process;
      for (let level = 0; at !== null && level < depth; level++) at = at.parent;
      return at === null ? null : whole(at, event);
    };
  }
  return (event) => {
    const found: Interned[] = [];
    let at = event.process?.parent ?? null;
    for (let level = 0; at !== null && level < MAX_ANCESTORS; level++, at = at.parent) {
      const value = arg === null ? whole(at, event) : variable(at, event, arg);
      if (value !== null && arg !== null) return value;
      if (value !== null) found.push(value);
    }
    return found.length === 0 ? null : found;
  };
}

export const environmentFacts: Table = {
  'proc.env': ownEnvironment,
  'proc.aenv': ancestorEnvironment,
};
