import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Call, Carriers, callOf, describeCall, OVERLAP_MS } from '../../../src/kernel/carriers.ts';
import * as r from '../../../src/schema/record.generated.ts';

const UNLINK = callOf('unlink', 0);
const UNLINK32 = callOf('unlink', 1);
const MKDIR = callOf('mkdir', 0);

const carriers = (...wanted: Call[]): Carriers => {
  const made = new Carriers();
  made.want(wanted);
  return made;
};
const round = ({ bytes }: Carriers): number =>
  new DataView(bytes.buffer).getUint32(r.AT_CARRIERS_ROUND, true);

test('a wanted call goes from the dispatcher over both to its program', () => {
  const c = carriers(UNLINK);
  assert.deepEqual([c.of(UNLINK), c.remaining(0)], [r.CARRIER_DISPATCHER, null]);
  assert.equal(c.ready([UNLINK], 1000), true);
  assert.deepEqual([c.of(UNLINK), c.remaining(1000)], [r.CARRIER_BOTH, OVERLAP_MS]);
  assert.deepEqual(c.dispatched, [UNLINK]);
  c.settle();
  assert.deepEqual([c.of(UNLINK), c.dispatched, c.remaining(1000)], [r.CARRIER_PROGRAM, [], null]);
});

test('the overlap counts from the last program that came', () => {
  const c = carriers(UNLINK, MKDIR);
  c.ready([UNLINK], 0);
  c.ready([UNLINK, MKDIR], 500);
  assert.equal(c.remaining(600), OVERLAP_MS - 100);
  assert.equal(c.ready([UNLINK, MKDIR], 900), false, 'nothing new');
  assert.equal(c.remaining(OVERLAP_MS + 600), 0);
});

test('a reload leaves alone what goes on, and starts what is new with the dispatcher', () => {
  const c = carriers(UNLINK);
  c.ready([UNLINK], 0);
  c.settle();
  c.want([UNLINK, MKDIR]);
  assert.deepEqual([c.of(UNLINK), c.of(MKDIR)], [r.CARRIER_PROGRAM, r.CARRIER_DISPATCHER]);
  c.want([MKDIR]);
  c.want([UNLINK, MKDIR]);
  assert.equal(c.of(UNLINK), r.CARRIER_DISPATCHER, 'what was unwanted meanwhile begins anew');
});

test('a round of marks ends only when no hand-over is under way', () => {
  const c = carriers(UNLINK);
  c.ready([UNLINK], 0);
  const before = round(c);
  c.want([UNLINK, MKDIR]);
  assert.equal(round(c), before, 'marks of unlink still count');
  c.ready([MKDIR], 0);
  c.settle();
  c.want([UNLINK]);
  assert.equal(round(c), before + 1);
});

test('at the end the dispatcher reports all again, whatever stood how', () => {
  const c = carriers(UNLINK, MKDIR, UNLINK32);
  c.ready([UNLINK], 0);
  c.settle();
  c.ready([MKDIR], 0);
  c.giveBack();
  assert.deepEqual(c.dispatched, [UNLINK, MKDIR, UNLINK32]);
  assert.ok(c.dispatched.every((call) => c.of(call) === r.CARRIER_DISPATCHER));
  assert.equal(c.remaining(0), null, 'nothing is waited for');
});

test('what nobody can dispatch is the program’s at once', () => {
  const c = carriers(UNLINK, MKDIR);
  c.leave([UNLINK]);
  c.ready([UNLINK], 0);
  assert.deepEqual([c.of(UNLINK), c.dispatched], [undefined, [MKDIR]]);
});

test('the map holds a byte for each call of each table', () => {
  const c = carriers(UNLINK32, MKDIR);
  c.ready([MKDIR], 0);
  const { bytes } = c;
  assert.equal(bytes.length, r.SIZE_CARRIERS);
  assert.equal(bytes[r.AT_CARRIERS_OF + r.TYPES_MAX + r.TYPE_UNLINK], r.CARRIER_DISPATCHER);
  assert.equal(bytes[r.AT_CARRIERS_OF + r.TYPE_MKDIR], r.CARRIER_BOTH);
  assert.equal(bytes.filter((byte) => byte !== 0).length, 3, 'those two and the round');
  assert.deepEqual([UNLINK32, MKDIR].map(describeCall), ['unlink (32-bit)', 'mkdir']);
});
