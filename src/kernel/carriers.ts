/**
 * Which of the two tiers reports each system call: its own program, the dispatcher, or for a while both, with marks
 * between them (bpf/lib/carrier.h). Pure; the owner writes `bytes` to the map after each change.
 *
 *              want            ready              overlap over
 *   (none) ───────────▶ DISPATCHER ──────▶ BOTH ───────────────▶ PROGRAM
 */
import * as record from '../schema/record.generated.ts';
import type { Abi, Hook } from './hooks.ts';

/** A system call of one table. */
export type Call = number & { readonly call: unique symbol };

const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(
  record.TYPE_NAMES.map((name, number) => [name, number]),
);

export function callOf(type: string, abi: Abi): Call {
  return ((TYPE_NUMBERS.get(type) ?? 0) * 2 + abi) as Call;
}

/** `mkdir`, `mkdir (32-bit)` */
export function describeCall(call: Call): string {
  const name = record.TYPE_NAMES[call >> 1] ?? '';
  return (call & 1) === 0 ? name : `${name} (32-bit)`;
}

/** The calls whose return a hook sees. */
export function callsOf({ types, dispatch }: Hook): Call[] {
  return (dispatch?.abis ?? []).flatMap((abi) => types.map((type) => callOf(type, abi)));
}

/** How long calls that began before their program was attached still have to end: ms. */
export const OVERLAP_MS = 2000;

export class Carriers {
  #round = 0;
  #carriers = new Map<Call, number>();
  #lastHandOver = 0;

  /** Content of the map. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(record.SIZE_CARRIERS);
    new DataView(bytes.buffer).setUint32(record.AT_CARRIERS_ROUND, this.#round, true);
    for (const [call, carrier] of this.#carriers)
      bytes[record.AT_CARRIERS_OF + (call & 1) * record.TYPES_MAX + (call >> 1)] = carrier;
    return bytes;
  }

  /** Calls that a host pays for with every system call. */
  get dispatched(): Call[] {
    return [...this.#carriers].flatMap(([call, carrier]) => (carrier === record.CARRIER_PROGRAM ? [] : call));
  }

  /** undefined: nobody reports it. */
  of(call: Call): number | undefined {
    return this.#carriers.get(call);
  }

  /**
   * From now on these calls are reported. Where a program reports alone it goes on so; the others begin with the
   * dispatcher, so that a program that is there already takes them over as if it came.
   */
  want(calls: Iterable<Call>): void {
    const before = this.#carriers;
    // Marks that were never fetched must not be taken for those of a later hand-over.
    if (![...before.values()].includes(record.CARRIER_BOTH)) this.#round++;
    this.#carriers = new Map([...calls].map((call) => [call, before.get(call) ?? record.CARRIER_DISPATCHER]));
  }

  /** The program of each of these is attached. Returns whether anything changed. */
  ready(calls: Iterable<Call>, nowMs: number): boolean {
    return this.#move(calls, record.CARRIER_DISPATCHER, record.CARRIER_BOTH, () => {
      this.#lastHandOver = nowMs;
    });
  }

  /** ms until the last hand-over is over, 0 if it is, null if there is none. */
  remaining(nowMs: number): number | null {
    if (![...this.#carriers.values()].includes(record.CARRIER_BOTH)) return null;
    return Math.max(0, this.#lastHandOver + OVERLAP_MS - nowMs);
  }

  /** The programs report alone what both did. */
  settle(): void {
    this.#move(this.#carriers.keys(), record.CARRIER_BOTH, record.CARRIER_PROGRAM);
  }

  /**
   * The dispatcher, which is attached, reports all again. A call that is between its program and its return at this
   * moment, some microseconds long, is reported by both.
   */
  giveBack(): void {
    for (const from of [record.CARRIER_PROGRAM, record.CARRIER_BOTH])
      this.#move(this.#carriers.keys(), from, record.CARRIER_DISPATCHER);
  }

  /** Calls that no dispatcher can carry, or that do not exist. */
  leave(calls: Iterable<Call>): void {
    for (const call of calls) this.#carriers.delete(call);
  }

  #move(calls: Iterable<Call>, from: number, to: number, then = (): void => {}): boolean {
    const moved = [...calls].filter((call) => this.#carriers.get(call) === from);
    for (const call of moved) this.#carriers.set(call, to);
    if (moved.length > 0) then();
    return moved.length > 0;
  }
}
