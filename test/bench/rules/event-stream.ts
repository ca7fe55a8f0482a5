/**
 * Events as a decoder shows them: one view that moves over packed numbers, texts interned. Distributions are those of a
 * busy host: mostly opens, some connections, few program starts.
 */
import { Interned } from '../../../src/base/interning.ts';
import type { FactSource, Getter } from '../../../src/rules/facts.ts';
import { eventTypeId } from '../../../src/schema/events.ts';

const TYPES: readonly (readonly [name: string, share: number])[] = [
  ['openat', 55],
  ['open', 5],
  ['connect', 9],
  ['accept4', 4],
  ['execve', 6],
  ['unlink', 4],
  ['renameat2', 3],
  ['dup2', 6],
  ['fchmodat', 2],
  ['sendto', 4],
  ['setuid', 1],
  ['mount', 1],
];

/** A small generator of numbers, the same on every run (Lehmer, 31 bits). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
}

export class EventView {
  at = 0;
}

export interface EventStream {
  readonly count: number;
  readonly types: Uint16Array;
  readonly source: FactSource<EventView>;
}

/** @param paths how many different file names there are; more than events = each event brings a new one */
export function eventStream(count: number, paths: number): EventStream {
  const random = randomNumbers(42);
  const pick = (limit: number) => random() % limit;
  const wheel = TYPES.flatMap(([name, share]) => Array<number>(share).fill(eventTypeId(name)));
  const types = Uint16Array.from({ length: count }, () => wheel[pick(wheel.length)]!);

  const column = (values: readonly (Interned | null)[]): Getter<EventView> => {
    const index = Uint32Array.from({ length: count }, () => pick(values.length));
    return (event) => values[index[event.at]!]!;
  };
  const numbers = (limit: number, from = 0): Getter<EventView> => {
    const values = Int32Array.from({ length: count }, () => from + pick(limit));
    return (event) => values[event.at]!;
  };
  const flags = (oneIn: number): Getter<EventView> => {
    const values = Uint8Array.from({ length: count }, () => (pick(oneIn) === 0 ? 1 : 0));
    return (event) => values[event.at] === 1;
  };
  const texts = (make: (at: number) => string, size: number) =>
    Array.from({ length: size }, (_, at) => new Interned(make(at)));

  const comms = texts(
    (at) => (at < 8 ? ['bash', 'sh', 'nginx0', 'java0', 'cat', 'pkg1', 'grep0', 'curl'][at]! : `comm${at}`),
    128,
  );
  const names = texts(
    (at) =>
      at % 64 === 0 ? `/etc/secret${at / 64}` : `/usr/lib/x86_64-linux-gnu/dir${at % 97}/file${at}.so`,
    paths,
  );
  const directories = texts((at) => `/usr/lib/x86_64-linux-gnu/dir${at}`, 97);
  const files = texts((at) => `file${at}.so`, 256);
  const commands = texts((at) => `comm${at} --option value /path/to/input${at}`, 512);
  const exes = texts((at) => `/usr/bin/comm${at}`, 128);
  const containers = texts((at) => (at === 0 ? 'host' : `${at}f2a9c11d0ab`), 4);
  const typechars = texts((at) => ['f', 'f', 'f', '4', 'u'][at]!, 5);
  const ancestors = texts((at) => ['systemd', 'sshd', 'containerd-shim', 'bash'][at]!, 4);
  const images = texts((at) => `registry.example/app${at}`, 8);
  const users = texts((at) => (at === 0 ? 'root' : `user${at}`), 4);
  const addresses = Array.from({ length: 64 }, (_, at) => Uint8Array.of(at % 2 ? 10 : 93, 184, at, 34));
  const addressAt = Uint8Array.from({ length: count }, () => pick(64));
  const missing: Getter<EventView> = () => null;

  const getters: Readonly<Record<string, Getter<EventView>>> = {
    'proc.name': column(comms),
    'proc.pname': column(comms),
    'proc.aname[2]': column(ancestors),
    'proc.aname[3]': column(ancestors),
    'proc.cmdline': column(commands),
    'proc.args': column(commands),
    'proc.exe': column(exes),
    'proc.exepath': column(exes),
    'proc.tty': numbers(2),
    'proc.is_exe_upper_layer': flags(16),
    'fd.name': column(names),
    'fd.directory': column(directories),
    'fd.filename': column(files),
    'fd.typechar': column(typechars),
    'fd.num': numbers(64, -2),
    'fd.sport': numbers(1024),
    'fd.lport': numbers(1024),
    'fd.connected': flags(2),
    'fd.sip': (event) => addresses[addressAt[event.at]!]!,
    'fd.cip': (event) => addresses[addressAt[event.at]!]!,
    'evt.is_open_read': flags(1),
    'evt.is_open_write': flags(4),
    'evt.rawres': numbers(64, -2),
    'evt.res': column(texts((at) => ['SUCCESS', 'SUCCESS', 'ENOENT'][at]!, 3)),
    'evt.arg[mode]': column(texts((at) => (at === 0 ? 'S_IRUSR|S_ISUID' : `S_IRUSR|${at}`), 64)),
    'container.id': column(containers),
    'container.image.repository': column(images),
    'user.name': column(users),
    'user.uid': numbers(4),
    'thread.cap_effective': column(texts((at) => ['', 'CAP_SYS_MODULE CAP_CHOWN'][at]!, 2)),
    'k8s.ns.name': missing,
  };
  const source: FactSource<EventView> = {
    bind: ({ field, arg }) => getters[arg === null ? field.name : `${field.name}[${arg}]`] ?? null,
  };
  return { count, types, source };
}
