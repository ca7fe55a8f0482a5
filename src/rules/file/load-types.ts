/** What a load is given and what it gives. */
import type { Priority } from '../../base/alert.ts';
import type { AppendOutput } from './append-output.ts';
import type { Collection } from './collect.ts';
import type { LoadedRule } from './compile-rules.ts';
import type { Definitions } from './definitions.ts';
import type { FileResult } from './report.ts';
import type { RuleSelector } from './select.ts';

export interface RulesFile {
  /** Shown in results; not opened. */
  readonly name: string;
  readonly content: string;
}

export interface LoadOptions {
  /** `falco`: Falco's exact reading and results, one error a file, no lints. docs/differences.md lists what changes. */
  readonly compat?: 'saker' | 'falco';
  /** Event sources that exist here. Rules for others are left out with a warning. */
  readonly sources?: readonly string[];
  /** Plugins whose work is available: name → version. Default: `container`, which is built in. */
  readonly plugins?: Readonly<Record<string, string>>;
  /** Rules less severe than this are not active. */
  readonly priority?: Priority;
  /** The configuration's `rules:`, applied in order. */
  readonly selection?: readonly RuleSelector[];
  readonly appendOutput?: readonly AppendOutput[];
  /** Fields appended to every system call rule's output unless `append_output` says otherwise. */
  readonly suggestedFields?: readonly string[];
  /** Look for what loads but is seldom meant. Default true; never under compat. */
  readonly lint?: boolean;
  /** How the engine treats an event that several rules match; only lints depend on it. */
  readonly ruleMatching?: 'first' | 'all';
}

export interface LoadResult {
  /** No file has errors. A daemon keeps its old rules otherwise. */
  readonly ok: boolean;
  readonly files: readonly FileResult[];
  /** Every rule that compiled, in the order of definition, which is the order of evaluation. */
  readonly rules: readonly LoadedRule[];
  /** The rules to evaluate: enabled, selected and severe enough. */
  readonly active: readonly LoadedRule[];
  readonly collection: Collection;
  readonly definitions: Definitions | null;
}
