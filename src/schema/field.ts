/** `bytes` is a byte buffer; `dynamic` takes the type of the event's own argument (evt.rawarg). */
export type FieldType =
  | 'string'
  | 'bool'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'u32'
  | 'u64'
  | 'double'
  | 'port'
  | 'abstime'
  | 'reltime'
  | 'ip'
  | 'net'
  | 'bytes'
  | 'dynamic';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Class under which Falco lists it: evt, process, user, fd, ... */
  readonly group: string;
  readonly meaning: string;
  /** Whether `[argument]` must, may or must not follow. */
  readonly arg: 'none' | 'optional' | 'required';
  /** What the argument may be; `name` also accepts the form `evt.arg.name`. */
  readonly argKind: 'index' | 'name' | 'key' | null;
  /** Holds several values; only `in`, `intersects` and `exists` apply. */
  readonly list: boolean;
  /** Walks up the process tree; without index it is compared with every ancestor from the parent up. */
  readonly ancestor: boolean;
  /** Usable in conditions only. */
  readonly filterOnly: boolean;
  readonly noTransform: boolean;
  /** Not usable on the right side of a comparison. */
  readonly noRight: boolean;
  /** Still understood, with a warning. */
  readonly deprecated: boolean;
  /** Not in Falco: rules that use it are saker's alone. */
  readonly own?: boolean;
  /**
   * Read from files when asked for, or told by a container's runtime and perhaps not there yet; so asked last: only
   * when the rest of the condition leaves it open.
   */
  readonly expensive?: boolean;
  /** A: used by official rules, B: common in users' rules, C: the rest. */
  readonly grade: 'A' | 'B' | 'C';
}
