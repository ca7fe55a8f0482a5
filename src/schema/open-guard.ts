/**
 * What the kernel side may ask of an open before it makes a record, as the rules allow it: made by rules/plan, brought
 * into the kernel by kernel/guard-tables.ts.
 */
import type { OpenKind } from './open-kinds.ts';

/** A name in normal form, or how names begin. Byte text. */
export interface NameTest {
  readonly text: string;
  /** The whole name, not its beginning. */
  readonly exact: boolean;
}

/** Opens that some rules may match: of one of these kinds, under a name that passes one of these tests. */
export interface OpenCase {
  readonly kinds: ReadonlySet<OpenKind>;
  /** Null: under any name. */
  readonly names: readonly NameTest[] | null;
}

/** Every open that a rule may match is of some case. */
export type OpenGuard = readonly OpenCase[];

/** Every open passes. */
export const ANY_OPEN: OpenGuard = [{ kinds: new Set(['read', 'write', 'failed']), names: null }];

/** Beginnings that the kernel side looks at, in bytes: the longest that a test has. Shorter tests pass every name. */
export const GUARD_LENGTHS = [4, 8, 16] as const;
export const [GUARD_MIN_BYTES] = GUARD_LENGTHS;
