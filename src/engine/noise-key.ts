import { nearest } from '../base/suggest.ts';
import { compileKey, type FactSource, type LoadedRule, type NamedField, namedField } from '../rules/index.ts';
import { syscallCatalogue } from '../schema/fields.ts';

/** When two findings of a rule are the same thing twice, and whose share of a rate they count to. */

/** In a list of fields: those that the rule's own output shows, but for the volatile ones. */
const OUTPUT = 'output';

/**
 * Differ between two alerts that mean the same: numbers of events, processes and descriptors, times, and measurements.
 */
const VOLATILE: readonly RegExp[] = [
  /^evt\.(num|time|datetime|rawtime|reltime|deltatime|latency|wait_latency|cpu|count)(\.|$)/,
  /^proc\.(pid|ppid|apid|vpid|pvpid|sid|pgid|vpgid|pid\.ts|ppid\.ts|duration|ppid\.duration)$/,
  /^proc\.(fdopencount|fdlimit|fdusage|vm(size|rss|swap)|nthreads|nchilds)$|_duration_/,
  /^thread\.(tid|vtid|exectime|totexectime|cpu|vmsize|vmrss|pfmajor|pfminor)(\.|$)/,
  /^fd\.num$|^container\.duration$|^fdlist\.|^proc\.ssh\.rport$/,
];

/** These hold, or may be, the client's port, which its kernel chose. */
const ENDS: ReadonlySet<string> = new Set(['fd.name', 'fd.nameraw']);
const PORTS: ReadonlySet<string> = new Set(['fd.port', 'fd.cport', 'fd.lport', 'fd.rport']);
/** What a connection is beside that port. */
const CONNECTION = ['fd.cip', 'fd.sip', 'fd.sport', 'fd.l4proto'].map(known);

/** What is wrong with the fields of a setting, a line each. */
export function wrongFields(setting: string, names: readonly string[]): string[] {
  const all = syscallCatalogue.fields.map(({ name }) => name);
  return names
    .filter((name) => name !== OUTPUT && namedField(name, syscallCatalogue) === null)
    .map((name) => {
      const near = nearest(name, all);
      const hint = near === null ? 'saker fields lists them' : `did you mean ${near}?`;
      return `${setting}: ${JSON.stringify(name)} is no field — ${hint}`;
    });
}

/** @param names of fields that exist, or `output` */
export function noiseKey<E>(
  names: readonly string[],
  rule: LoadedRule,
  source: FactSource<E>,
): (event: E) => string {
  const fields = names.flatMap((name) => (name === OUTPUT ? shownBy(rule) : known(name)));
  const unlike = [...new Map(fields.map((field) => [field.name, field])).values()];
  // A port that the configuration names is meant to count.
  const isEnd = ({ name }: NamedField): boolean =>
    ENDS.has(name) || (PORTS.has(name) && !names.includes(name));
  const plain = compileKey(
    unlike.filter((field) => !isEnd(field)),
    source,
  );
  if (!unlike.some(({ name }) => name.startsWith('fd.'))) return plain;
  const ends = compileKey(unlike.filter(isEnd), source);
  const connection = compileKey(CONNECTION, source);
  const server = source.bind({ field: syscallCatalogue.get('fd.sip')!, arg: null });
  return (event) =>
    server?.(event) == null ? `${plain(event)} ${ends(event)}` : `${plain(event)} ${connection(event)}`;
}

function shownBy({ outputFormat, extraFields }: LoadedRule): NamedField[] {
  return [outputFormat, ...extraFields.map((extra) => extra.outputFormat)]
    .flatMap(({ named }) => named)
    .filter(({ name, field }) => !VOLATILE.some((pattern) => pattern.test(field?.name ?? name)));
}

function known(name: string): NamedField {
  const found = namedField(name, syscallCatalogue);
  if (found === null) throw new Error(`${name} is no field`);
  return found;
}
