import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openControl } from '../../../src/agent/control.ts';
import { alertsCommand } from '../../../src/cli/alerts/index.ts';
import { doctorCommand } from '../../../src/cli/doctor/index.ts';
import type { Io } from '../../../src/cli/io.ts';
import { statusCommand } from '../../../src/cli/status.ts';
import { topCommand } from '../../../src/cli/top.ts';

/** JSON.stringify leaves these as they are: C1's CSI, DEL, an override of the reading direction. */
const HOSTILE = 'x\u009b2J\u007f\u202ey';

const folder = mkdtempSync(join(tmpdir(), 'saker-json-'));
const socket = join(folder, 'control.sock');
const control = await openControl(socket, {
  '/status': () => ({ error: HOSTILE }),
  '/top': () => ({ error: HOSTILE }),
});
after(() => {
  control.close();
  rmSync(folder, { recursive: true });
});
const alerts = join(folder, 'alerts.json');
writeFileSync(alerts, `${JSON.stringify({ rule: HOSTILE, priority: 'Error' })}\n`);
// A key that is not known is quoted in a finding.
const config = join(folder, 'saker.yaml');
writeFileSync(config, JSON.stringify({ [HOSTILE]: 1 }));

const commands: readonly { name: string; run: (io: Io) => Promise<number> }[] = [
  { name: 'status', run: (io) => statusCommand(['--json'], io, socket) },
  { name: 'top', run: (io) => topCommand(['--json', '--once'], io, socket) },
  { name: 'doctor', run: (io) => doctorCommand(['--json', '-c', config], io, socket) },
  { name: 'alerts', run: (io) => alertsCommand(['--json', '--file', alerts], io) },
  { name: 'alerts --summary', run: (io) => alertsCommand(['--json', '--summary', '--file', alerts], io) },
];
for (const { name, run } of commands) {
  test(`saker ${name} --json holds nothing that drives a terminal, and means the same`, async () => {
    let out = '';
    await run({ out: (text) => (out += text), err: () => {} } as Io);
    assert.ok(JSON.stringify(JSON.parse(out)).includes('2J'), out);
    assert.doesNotMatch(out, /[\u007f-\u009f\u202e]/);
  });
}
