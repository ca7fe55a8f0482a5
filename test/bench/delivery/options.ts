import type { DeliveryOptions } from '../../../src/delivery/index.ts';

/** No output but those that a measurement adds. */
export function options(capacity: number): DeliveryOptions {
  return {
    capacity,
    stallMs: 2000,
    stdout: null,
    journal: null,
    syslog: null,
    syslogServer: null,
    file: null,
    program: null,
    http: null,
    targets: [],
    spool: null,
    onState: (sink, error) => console.log(`  output ${sink}: ${error ?? 'works again'}`),
    onNote: () => {},
  };
}
