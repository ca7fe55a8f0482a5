/**
 * Alerts, on the engine thread. In: a rule's match with its output text and field values. Out: one Alert
 * with Falco's text line and JSON line, ready to cross to the main thread. Called by engine/ only.
 */
export { type AlertFormat, buildAlert, type Match } from './build.ts';
export { isoTime, localDateTime, localTime } from './time.ts';
