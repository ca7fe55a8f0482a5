const MS: Readonly<Record<string, number>> = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/**
 * Prometheus's durations: numbers with units, each unit once, the larger first: 1h30m.
 * @returns ms, or null when the text is none
 */
export function parseDuration(text: string): number | null {
  const parts =
    /^(?:\d{1,9}y)?(?:\d{1,9}w)?(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m(?!s))?(?:\d{1,9}s)?(?:\d{1,9}ms)?$/.test(
      text,
    )
      ? [...text.matchAll(/(\d+)(ms|[ywdhms])/g)]
      : [];
  if (parts.length === 0) return null;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * MS[unit!]!, 0);
}
