import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { syslogWriter } from '../../../src/agent/log-syslog.ts';

const { ECONNREFUSED, EAGAIN, ENOENT } = constants.errno;

/** A syslog daemon: what it got, how often it was connected to, what it answers. */
function daemon() {
  const state = { got: [] as string[], opened: 0, closed: 0, openResult: 0, sendResult: 0 };
  const open = () => {
    if (state.openResult !== 0) return state.openResult;
    state.opened++;
    const { opened } = state;
    return {
      send: (bytes: Uint8Array) => {
        // A socket to a daemon that ended stays useless, however long the new one runs.
        if (opened < state.opened) return -ECONNREFUSED;
        if (state.sendResult === 0) state.got.push(Buffer.from(bytes).toString());
        const result = state.sendResult;
        if (result === -ECONNREFUSED) state.sendResult = 0;
        return result;
      },
      close: () => void state.closed++,
    };
  };
  return { state, write: syslogWriter(open, 7) };
}

test('messages go as daemon messages over one connection', () => {
  const { state, write } = daemon();
  write(3, 'a');
  write(6, 'b');
  assert.deepEqual(state.got, ['<27>saker[7]: a', '<30>saker[7]: b']);
  assert.equal(state.opened, 1);
});

test('a restarted daemon gets the message that found out', () => {
  const { state, write } = daemon();
  write(6, 'a');
  state.sendResult = -ECONNREFUSED;
  write(6, 'b');
  assert.deepEqual(state.got, ['<30>saker[7]: a', '<30>saker[7]: b']);
  assert.deepEqual([state.opened, state.closed], [2, 1]);
});

test('a daemon that starts late is found; one that lags keeps its connection', () => {
  const { state, write } = daemon();
  state.openResult = -ENOENT;
  write(6, 'a');
  state.openResult = 0;
  write(6, 'b');
  state.sendResult = -EAGAIN;
  write(6, 'c');
  state.sendResult = 0;
  write(6, 'd');
  assert.deepEqual(state.got, ['<30>saker[7]: b', '<30>saker[7]: d']);
  assert.equal(state.opened, 1);
});
