import type { RulesInput } from '../../../src/engine/messages.ts';

/** @param content of one rules file */
export function rulesInput(content: string): RulesInput {
  return {
    files: [{ name: 'bench.yaml', content }],
    compat: 'saker',
    minimumPriority: 'Debug',
    matching: 'all',
    selection: [],
    appendOutput: [{ suggested_output: false }],
    staticFields: {},
    format: {
      hostname: 'bench',
      timeFormatIso8601: false,
      includeOutput: true,
      includeMessage: false,
      includeOutputFields: true,
      includeTags: true,
    },
  };
}
