/** Where a command writes: standard output for results, standard error for everything else. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
}

/** A command: arguments after its name in, exit code out. */
export type Command = (args: readonly string[], io: Io) => number | Promise<number>;
