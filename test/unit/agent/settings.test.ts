import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineLimits, keysForRestart } from '../../../src/agent/settings.ts';
import { type Config, DEFAULTS } from '../../../src/config/index.ts';

const config = (libs: Partial<Config['falco_libs']>): Config => ({
  ...DEFAULTS,
  falco_libs: { ...DEFAULTS.falco_libs, ...libs },
});

test('falco_libs bounds the table of processes; 0 stands for the default', () => {
  const limits = engineLimits(
    config({
      thread_table_size: 500,
      thread_table_auto_purging_interval_s: 10,
      thread_table_auto_purging_thread_timeout_s: 20,
    }),
  );
  assert.deepEqual(limits, { holdMs: 500, processes: { most: 500, purgeEveryNs: 10e9, purgeAfterNs: 20e9 } });
  assert.equal(engineLimits(config({ thread_table_size: 0 })).processes.most, 262_144);
});

test('what only a restart applies is named after a reload', () => {
  assert.deepEqual(keysForRestart(DEFAULTS, DEFAULTS), []);
  const changed: Config = {
    ...config({ snaplen: 200 }),
    libs_logger: { enabled: true, severity: 'debug' },
    syscall_event_timeouts: { max_consecutives: 7 },
    priority: 'Error',
  };
  assert.deepEqual(keysForRestart(DEFAULTS, changed).sort(), [
    'falco_libs',
    'libs_logger',
    'syscall_event_timeouts',
  ]);
});
