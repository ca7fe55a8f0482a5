import type { FactSource, FieldUse, Getter } from '../../rules/facts.ts';
import type { Event } from '../event.ts';
import { argumentFacts } from './arguments.ts';
import { containerFacts } from './container.ts';
import { descriptorFacts } from './descriptor.ts';
import { environmentFacts } from './environment.ts';
import { eventFacts } from './event.ts';
import { executableFacts } from './executable.ts';
import { hashFacts } from './hash.ts';
import { hostNameFacts } from './host-name.ts';
import { kernelViewFacts } from './kernel-view.ts';
import { packageFacts } from './package.ts';
import { pathFacts } from './path.ts';
import { processFacts } from './process.ts';
import { sessionFacts } from './session.ts';
import { threadFacts } from './thread.ts';
import { unitFacts } from './unit.ts';
import { userFacts } from './user.ts';

/**
 * Fields of the catalogue → getters on the event. One file per field class. A field that no table names has no
 * value yet: rules that use it load, and the comparison is false as for every missing value.
 */
const TABLES: readonly Readonly<Record<string, (arg: string | null) => Getter<Event> | null>>[] = [
  eventFacts,
  processFacts,
  executableFacts,
  environmentFacts,
  threadFacts,
  descriptorFacts,
  hostNameFacts,
  pathFacts,
  argumentFacts,
  userFacts,
  kernelViewFacts,
  unitFacts,
  sessionFacts,
  packageFacts,
  hashFacts,
  containerFacts,
];

export const kernelFacts: FactSource<Event> = {
  bind({ field, arg }: FieldUse): Getter<Event> | null {
    for (const table of TABLES) {
      const make = Object.hasOwn(table, field.name) ? table[field.name] : undefined;
      if (make !== undefined) return make(arg);
    }
    return null;
  },
};

/** Fields of conditions that the rules themselves combine from both ends of a socket. */
const COMBINED = 'fd.ip fd.port fd.proto fd.net fd.cnet fd.snet fd.lnet fd.rnet'.split(' ');

/** Names of the fields that live events can have a value for. */
export const availableFields: ReadonlySet<string> = new Set([
  ...TABLES.flatMap((table) => Object.keys(table)),
  ...COMBINED,
]);
