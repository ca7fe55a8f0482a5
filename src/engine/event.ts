import { EMPTY, Interned } from '../base/interning.ts';
import type { Container } from '../containers/index.ts';
import { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import type { Details, MachineFacts, Process, Users } from '../state/index.ts';
import { reachable, tsNs } from './apply.ts';
import type { ContainerOf, MaybeContainer } from './cgroup-containers.ts';
import { type Descriptor, describeDescriptor, emptySlot } from './descriptor.ts';
import { eventTime, type TimeStyle } from './event-time.ts';
import type { HostNames } from './host-names.ts';
import { Derived, normalPath } from './paths.ts';
import type { Peers } from './peers.ts';
import { RecordView } from './record-view.ts';

/** What facts need beside the record: shared by all events, owned by the engine. */
export interface EventContext {
  /** Of the host. */
  readonly users: Users;
  usersOf(process: Process | null, nowNs: number): Users;
  hostname: Interned;
  /** Prints times as ISO 8601 where a field leaves the choice. */
  isoTimes: boolean;
  /** Wall clock of a moment given in ns since boot; follows clock changes. */
  wallNs(bootNs: bigint): bigint;
  /** The live process with this pid, whatever its start time. */
  processOf(pid: number): Process | null;
  /** The first process of its pid namespace. */
  initOf(process: Process): Process | null;
  readonly details: Details;
  readonly peers: Peers;
  /** What names of hosts in the rules stand for. */
  readonly hostNames: HostNames;
  readonly machine: MachineFacts;
  readonly containers: ContainerOf;
}

/** A text that is there. */
const known = (text: Interned): Interned | null => (text.text === '' ? null : text);

/** A text that could not be read is missing; an empty one is empty. */
const readable = (text: Interned, flags: number): Interned | null =>
  (flags & abi.STR_FAULT) === 0 ? text : null;

/** A path text that does not begin with `/` was cut by the kernel side or is relative to an unknown directory. */
const isAbsolute = (text: Interned): boolean => text.text.startsWith('/');

const normal = new Derived(normalPath);

/** Name and base as the caller gave them → absolute name in normal form; null when the base is not known. */
function absoluteName(name: Interned, base: Interned): Interned | null {
  if (isAbsolute(name)) return normal.of(name);
  if (name.text === '' || !isAbsolute(base)) return null;
  return new Interned(normalPath(`${base.text}/${name.text}`));
}

/**
 * The event that rules look at: one object for all events, moved from record to record. Getters read on demand; what
 * is computed is kept until the next record.
 */
export class Event extends RecordView {
  readonly #context: EventContext;
  num = 0;
  process: Process | null = null;
  /** Which of a file's names the rules are being asked under: 0 the given one, 1 the resolved one. */
  variant: 0 | 1 = 0;
  #given: Interned | null = null;
  #resolved: Interned | null = null;
  /** What was computed of the record's descriptor, made when first asked for. */
  #descriptor: Descriptor | null = null;
  #nameChanged: boolean | null = null;
  #container: MaybeContainer | 'not asked' = 'not asked';
  /** A container that was asked for what its runtime tells; null: none was. */
  askedOf: Container | null = null;
  readonly #slot = emptySlot();
  readonly #lookUp = (number: number) => {
    const { ino, path } = this.record.call;
    if (this.process === null) return null;
    return this.details.descriptor(this.process, number, this.#now, { ino, path: path.text });
  };
  #first = 0;
  #last = 0;
  #now = 0;

  constructor(record: EventRecord, context: EventContext) {
    super(record);
    this.#context = context;
  }

  /** Takes the record that `record` now stands on. */
  take(num: number, process: Process | null): void {
    this.num = num;
    this.process = process;
    this.variant = 0;
    this.#given = null;
    this.#resolved = null;
    this.#descriptor = null;
    this.#nameChanged = null;
    this.#container = 'not asked';
    this.askedOf = null;
    this.#last = this.#now;
    this.#now = tsNs(this.record);
    if (this.#first === 0) this.#first = this.#last = this.#now;
    if (!this.isOpen) return;
    this.#given = absoluteName(
      this.record.open.name,
      reachable(this.record.open.base, this.record.open.baseFlags),
    );
    const { path, pathFlags } = this.record.open;
    const resolved = reachable(path, pathFlags);
    this.#resolved = isAbsolute(resolved) || this.#given === null ? known(resolved) : null;
  }

  /** The same event over bytes of its own, with its process as it is now, for later. */
  kept(bytes: Uint8Array): Event {
    const copy = new Event(new EventRecord(bytes), this.#context);
    copy.record.at(0, bytes.length);
    copy.#first = this.#first;
    copy.#now = this.#last;
    copy.take(this.num, this.process?.copy() ?? null);
    copy.#nameChanged = this.#nameChanged;
    copy.#container = this.container;
    return copy;
  }

  /** True when the file has a second name and rules have to be asked again under it. */
  get hasTwoNames(): boolean {
    const given = this.#given;
    const resolved = this.#resolved;
    return given !== null && resolved !== null && given !== resolved && given.text !== resolved.text;
  }

  /** Absolute name of the file, or null for events without one. */
  get fileName(): Interned | null {
    return this.variant === 0 ? (this.#given ?? this.#resolved) : this.#resolved;
  }

  /** The name exactly as the caller gave it; null when there is none or it could not be read. */
  get nameGiven(): Interned | null {
    const { layout, open, exec, execFailed, call } = this.record;
    if (layout === abi.LAYOUT_OPEN) return readable(open.name, open.nameFlags);
    if (layout === abi.LAYOUT_EXEC) return exec.filename;
    if (layout === abi.LAYOUT_EXEC_FAILED) return readable(execFailed.filename, execFailed.filenameFlags);
    if (layout === abi.LAYOUT_CALL) return readable(call.name, call.nameFlags);
    return null;
  }
  /** The second name of a call with two. */
  get secondGiven(): Interned | null {
    return this.isCall ? readable(this.record.call.name2, this.record.call.name2Flags) : null;
  }
  /** The names of nameGiven and secondGiven, absolute; null when there is none or its directory is not known. */
  get nameAbsolute(): Interned | null {
    if (this.isCall) return absoluteName(this.record.call.name, this.record.call.base);
    if (this.record.layout === abi.LAYOUT_EXEC_FAILED) {
      return absoluteName(this.record.execFailed.filename, this.record.execFailed.base);
    }
    if (this.record.layout === abi.LAYOUT_EXEC) {
      return absoluteName(this.record.exec.filename, this.process?.cwd ?? EMPTY);
    }
    return this.#given;
  }
  get secondAbsolute(): Interned | null {
    return this.isCall ? absoluteName(this.record.call.name2, this.record.call.base2) : null;
  }
  /** Whether this event gave the socket a peer that it did not have before; of a datagram, another than the last one. */
  get nameChanged(): boolean {
    this.#nameChanged ??= this.#findNameChanged();
    return this.#nameChanged;
  }
  #findNameChanged(): boolean {
    const { socket: ends, name } = this.descriptor;
    if (ends === null || !ends.nameChanged) return false;
    // Asked once for each event: the answer is remembered for the next.
    const connecting = this.record.type === abi.TYPE_CONNECT;
    return connecting || this.#context.peers.isNew(this.record.socket.ino, name?.text ?? '');
  }
  /** The other text of a call: an attribute's name, a module's parameters. */
  get textGiven(): Interned | null {
    return readable(this.record.call.text, this.record.call.textFlags);
  }
  /** The descriptor that the event is about. */
  get descriptor(): Descriptor {
    this.#descriptor ??= describeDescriptor(this.record, this.#lookUp, this.#slot);
    return this.#descriptor;
  }

  /** The first bytes that the call moved, valid until the next event; null for events whose record has no place for them. */
  get data(): Uint8Array | null {
    if (this.isSocket) return this.record.socket.data;
    return this.isCall ? this.record.call.data : null;
  }

  /** ns since boot. */
  get bootNs(): number {
    return this.#now;
  }
  /** ns since the first event, and since the one before. */
  get sinceFirstNs(): number {
    return this.#now - this.#first;
  }
  get sinceLastNs(): number {
    return Math.max(0, this.#now - this.#last);
  }
  /** What the process was in at the event; null: the host; undefined: it cannot be told. */
  get container(): MaybeContainer {
    if (this.#container === 'not asked')
      this.#container = this.#context.containers.of(this.process, this.record.cgroupNumber, this.#now);
    return this.#container;
  }
  /** The same for those who ask what the runtime tells of it: the answer may not be there yet. */
  get containerTold(): MaybeContainer {
    const { container } = this;
    if (container) this.askedOf = container;
    return container;
  }
  /** Accounts of the system that the process lives in: the host's, or its container's. */
  get users(): Users {
    return this.#context.usersOf(this.process, this.#now);
  }
  get hostUsers(): Users {
    return this.#context.users;
  }
  get hostname(): Interned {
    return this.#context.hostname;
  }
  processOf(pid: number): Process | null {
    return this.#context.processOf(pid);
  }
  initOf(process: Process): Process | null {
    return this.#context.initOf(process);
  }
  get hostNames(): HostNames {
    return this.#context.hostNames;
  }
  /** Facts read from /proc when asked for. */
  get details(): Details {
    return this.#context.details;
  }
  /** Facts of the machine's systemd, logins and packages. */
  get machine(): MachineFacts {
    return this.#context.machine;
  }
  /** A time since boot as wall-clock time, ns since the epoch. */
  wallOf(bootNs: number): bigint {
    return this.#context.wallNs(BigInt(bootNs));
  }
  get wallNs(): bigint {
    return this.#context.wallNs(this.record.ts);
  }
  timeText(style: TimeStyle): Interned {
    return new Interned(eventTime(this.wallNs, style, this.#context.isoTimes));
  }
}
