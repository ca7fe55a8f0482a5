/**
 * Wall-clock times of alerts, in Falco's three spellings. All take nanoseconds since the epoch.
 */

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

function split(timeNs: bigint): { date: Date; nanos: number } {
  return { date: new Date(Number(timeNs / 1_000_000n)), nanos: Number(timeNs % 1_000_000_000n) };
}

/** `17:56:27.999999999`, local time: the default of text lines. */
export function localTime(timeNs: bigint): string {
  const { date, nanos } = split(timeNs);
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(nanos, 9)}`;
}

/** `2016-08-04 17:56:27.999999999`, local time (evt.datetime). */
export function localDateTime(timeNs: bigint): string {
  const { date } = split(timeNs);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  return `${day} ${localTime(timeNs)}`;
}

/** `2016-08-04T16:17:57.881781397+0000`: text lines under time_format_iso_8601. Always UTC, as Falco prints it. */
export function isoTime(timeNs: bigint): string {
  return `${isoSeconds(timeNs)}+0000`;
}

/** `2016-08-04T16:17:57.881781397Z` (RFC 3339): the `time` key of JSON alerts. */
export function rfc3339(timeNs: bigint): string {
  return `${isoSeconds(timeNs)}Z`;
}

function isoSeconds(timeNs: bigint): string {
  const { date, nanos } = split(timeNs);
  return `${date.toISOString().slice(0, 19)}.${pad(nanos, 9)}`;
}
