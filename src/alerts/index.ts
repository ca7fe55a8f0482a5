/**
 * Alerts, on the engine thread. In: what a rule found. Noise control lets it pass or counts it for a summary; what passes
 * is a Match, with its output text and field values. Out: one Alert with Falco's text line and JSON line, ready to
 * cross to the main thread. Called by engine/ only.
 */
export { type AlertFormat, buildAlert, type Match } from './build.ts';
export { type Finding, NO_LIMITS, type NoiseLimits, type Suppressed } from './finding.ts';
export { NoiseControl } from './noise.ts';
export { isoTime, localDateTime, localTime } from './time.ts';
