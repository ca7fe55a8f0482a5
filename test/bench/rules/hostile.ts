/**
 * CPU time of loading, reporting and describing hostile rules files of a megabyte, the dearest last.
 *   node test/bench/rules/hostile.ts [NAME]
 */

import { describe } from '../../../src/rules/file/describe.ts';
import { fileJson, fileText } from '../../../src/rules/file/index.ts';
import { loadRules } from '../../../src/rules/index.ts';
import { hostileFiles } from '../../fuzz/hostile-files.ts';

const rows = Object.entries(hostileFiles(1_000_000))
  .filter(([name]) => process.argv[2] === undefined || name === process.argv[2])
  .map(([name, content]) => {
    const start = process.threadCpuUsage();
    const result = loadRules([{ name: 'f.yaml', content }]);
    const file = result.files[0]!;
    JSON.stringify([fileJson(file), fileText(file, 'people'), result.ok ? describe(result) : null]);
    const { user, system } = process.threadCpuUsage(start);
    const outcome = file.errors[0]?.message.slice(0, 60) ?? `valid, ${result.rules.length} rules`;
    return { name, ms: (user + system) / 1000, outcome };
  });
for (const { name, ms, outcome } of rows.sort((a, b) => a.ms - b.ms)) {
  process.stdout.write(`${name.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms  ${JSON.stringify(outcome)}\n`);
}
