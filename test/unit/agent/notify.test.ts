import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNotifier } from '../../../src/agent/notify.ts';
import type { OpenDatagram } from '../../../src/base/datagram.ts';

function listener(): { open: OpenDatagram; sent: string[]; opened: string[] } {
  const sent: string[] = [];
  const opened: string[] = [];
  const open: OpenDatagram = (path) => {
    opened.push(path);
    return { send: (bytes) => sent.push(new TextDecoder().decode(bytes)) && 0, close: () => {} };
  };
  return { open, sent, opened };
}

test('messages are those of sd_notify', () => {
  const { open, sent, opened } = listener();
  const notifier = createNotifier({ NOTIFY_SOCKET: '@run/n' }, 42, open, () => 7n);
  notifier.ready('31 rules\nREADY=0');
  notifier.reloading();
  notifier.watchdog();
  notifier.stopping();
  assert.deepEqual(opened, ['@run/n']);
  assert.deepEqual(sent, [
    'READY=1\nSTATUS=31 rules READY=0\nMAINPID=42',
    'RELOADING=1\nMONOTONIC_USEC=7',
    'WATCHDOG=1',
    'STOPPING=1\nSTATUS=Stopping',
  ]);
});

test('without a service manager nothing is opened', () => {
  const { open, opened } = listener();
  createNotifier({}, 42, open).ready('x');
  assert.deepEqual(opened, []);
});

const watchdogs: { name: string; env: NodeJS.ProcessEnv; want: number | null }[] = [
  { name: 'half of the time', env: { WATCHDOG_USEC: '30000000' }, want: 15000 },
  { name: 'for this process', env: { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }, want: 15000 },
  { name: 'for another process', env: { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '43' }, want: null },
  { name: 'not a number', env: { WATCHDOG_USEC: 'soon' }, want: null },
  { name: 'none', env: {}, want: null },
];
for (const { name, env, want } of watchdogs) {
  test(`watchdog: ${name}`, () => {
    assert.equal(createNotifier({ ...env, NOTIFY_SOCKET: '/n' }, 42, listener().open).watchdogMs, want);
  });
}
