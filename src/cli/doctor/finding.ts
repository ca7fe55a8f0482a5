/** What a check found out. `fail`: alerts are or will be missing; `warn`: they may be; `info`: good to know. */
export interface Finding {
  readonly level: 'ok' | 'info' | 'warn' | 'fail';
  /** What was looked at, a word or two. */
  readonly check: string;
  readonly what: string;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

/** Findings of one check. */
export function reporter(check: string) {
  const found: Finding[] = [];
  const add =
    (level: Finding['level']) =>
    (what: string, advice: string | null = null): void =>
      void found.push({ level, check, what, advice });
  return { found, ok: add('ok'), info: add('info'), warn: add('warn'), fail: add('fail') };
}

/** Names, not too many: `a, b and 7 more`. */
export function some(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
