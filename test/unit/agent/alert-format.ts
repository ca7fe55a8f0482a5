import type { RulesInput } from '../../../src/engine/messages.ts';

/** A form of alerts for tests. */
export const FORMAT: RulesInput['format'] = {
  hostname: 'h',
  timeFormatIso8601: false,
  includeOutput: true,
  includeMessage: false,
  includeOutputFields: true,
  includeTags: true,
};
