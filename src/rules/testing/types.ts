/** What a matched rule must look like; absent parts are not looked at. */
export interface TestExpectation {
  readonly rule: string;
  readonly priority?: string;
  /** The whole output, or a part of it. */
  readonly output?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface RuleTest {
  readonly name: string;
  /** 1-based line in the test file. */
  readonly line: number;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Exactly these rules match; null when that is not asked. */
  readonly expect: readonly TestExpectation[] | null;
  /** These match, others may. */
  readonly includes: readonly TestExpectation[];
  /** These do not match. */
  readonly excludes: readonly string[];
}

export interface TestFault {
  readonly line: number;
  readonly message: string;
}

export interface TestFile {
  readonly name: string;
  /** Rules files it names, relative to itself; null for the one of its own name. */
  readonly rules: readonly string[] | null;
  readonly tests: readonly RuleTest[];
  /** Mistakes in the file itself. */
  readonly faults: readonly TestFault[];
}

export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  /** Why it failed, one reason a line; empty when it passed. */
  readonly failures: readonly string[];
}
