import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { LibsLog } from '../../../src/agent/libs-log.ts';
import { openNative, tellMessages } from '../../../src/kernel/index.ts';
import { takeLog } from '../../../src/kernel/object.ts';

const built = existsSync(new URL('../../../build/native/libsaker.so', import.meta.url));
const skip = built ? false : 'needs build/native/libsaker.so (make -C native)';

test('libs_logger brings them into the log at their level, and says what it left out', { skip }, () => {
  const native = openNative();
  const lines: string[] = [];
  const at = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { warning: at('warning'), info: at('info'), debug: at('debug') };
  const off = new LibsLog(native, { enabled: false, severity: 'debug' }, log);
  native.saker_bpf_open(Buffer.from('not an object'), 13, new BigUint64Array(1));
  off.look();
  assert.deepEqual(lines, []);
  const on = new LibsLog(native, { enabled: true, severity: 'warning' }, log);
  for (let i = 0; i < 300; i++)
    native.saker_bpf_open(Buffer.from('not an object'), 13, new BigUint64Array(1));
  on.look();
  assert.match(lines[0]!, /^warning libbpf said \d+ lines before these$/);
  assert.match(lines[1]!, /^warning libbpf: /);
  assert.equal(lines.length, 101);
  tellMessages(native, null);
  takeLog(native);
});
