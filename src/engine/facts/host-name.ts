import type { Getter } from '../../rules/facts.ts';
import type { Event } from '../event.ts';
import type { Table } from './process.ts';

/** fd.cip.name and its like: see schema/host-names.ts for what the argument means. */

type End = 'client' | 'server' | 'local' | 'remote';

const hostName =
  (end: End) =>
  (name: string | null): Getter<Event> => {
    return (event) => {
      const address = event.descriptor.socket?.[end]?.address;
      if (address === undefined) return null;
      return name === null ? event.hostNames.nameOf(address) : event.hostNames.holds(name, address);
    };
  };

export const hostNameFacts: Table = {
  'fd.cip.name': hostName('client'),
  'fd.sip.name': hostName('server'),
  'fd.lip.name': hostName('local'),
  'fd.rip.name': hostName('remote'),
};
