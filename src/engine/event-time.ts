import { isoTime, localDateTime, localTime } from '../alerts/index.ts';

export type TimeStyle = 'time' | 'seconds' | 'iso8601' | 'datetime' | 'datetime.seconds';

/** Texts of evt.time and its relatives. @param iso time_format_iso_8601, which changes evt.time alone */
export function eventTime(wallNs: bigint, style: TimeStyle, iso: boolean): string {
  switch (style) {
    case 'time':
      return iso ? isoTime(wallNs) : localTime(wallNs);
    case 'seconds':
      return localTime(wallNs).slice(0, 8);
    case 'iso8601':
      return isoTime(wallNs);
    case 'datetime':
      return localDateTime(wallNs);
    case 'datetime.seconds':
      return localDateTime(wallNs).slice(0, 19);
  }
}
