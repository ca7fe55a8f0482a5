import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { datagramOpener } from '../../../src/kernel/datagram.ts';
import { findLibraryFiles } from '../../../src/kernel/library-files.ts';
import { takeMessages, tellMessages } from '../../../src/kernel/library-log.ts';
import { openNative } from '../../../src/kernel/native.ts';
import { takeLog } from '../../../src/kernel/object.ts';

const { ENOENT, ENAMETOOLONG, EINVAL, EBADF } = constants.errno;
const built = existsSync(new URL('../../../build/native/libsaker.so', import.meta.url));
const skip = built ? false : 'needs build/native/libsaker.so (make -C native)';
const WAIT_EVENT = 2;

test('the event ends a wait and is used up by it', { skip }, () => {
  const native = openNative();
  const event = native.saker_event_open();
  const other = native.saker_event_open(); // stands for a ring that stays empty
  assert.ok(event >= 0 && other >= 0);
  assert.equal(native.saker_event_signal(event), 0);
  assert.equal(native.saker_wait(other, event, 0, 0), WAIT_EVENT);
  assert.equal(native.saker_wait(other, event, 1, 1), 0);
  native.saker_event_signal(event);
  assert.equal(native.saker_wait(other, event, 60_000, 60_000), WAIT_EVENT);
  for (const fd of [event, other]) assert.equal(native.saker_close(fd), 0);
  assert.equal(native.saker_wait(other, event, 0, 0), -EBADF);
});

test('what is not a BPF object is refused, and libbpf says so in the log once', { skip }, () => {
  const native = openNative();
  const handle = new BigUint64Array(1);
  assert.ok(native.saker_bpf_open(Buffer.from('not an object'), 13, handle) < 0);
  assert.match(takeLog(native), /libbpf:/);
  assert.equal(takeLog(native), '');
});

test('all that libbpf says can be had apart, by level and line, once somebody wants it', { skip }, () => {
  const native = openNative();
  const provoke = () => native.saker_bpf_open(Buffer.from('not an object'), 13, new BigUint64Array(1));
  provoke();
  assert.deepEqual(takeMessages(native), []);
  tellMessages(native, 'debug');
  provoke();
  const messages = takeMessages(native);
  assert.ok(messages.some(({ level, text }) => level === 'warning' && /^libbpf: [^\n]+$/.test(text)));
  assert.match(takeLog(native), /libbpf:/, 'errors are explained all the same');
  assert.deepEqual(takeMessages(native), []);
  tellMessages(native, null);
  provoke();
  assert.deepEqual(takeMessages(native), []);
});

test('the newest messages are kept, whole or with their end', { skip }, () => {
  const native = openNative();
  tellMessages(native, 'warning');
  for (let i = 0; i < 2000; i++)
    native.saker_bpf_open(Buffer.from('not an object'), 13, new BigUint64Array(1));
  const messages = takeMessages(native);
  assert.ok(messages.length > 100);
  assert.ok(messages.every(({ level, text }) => level === 'warning' && !text.includes('\x01')));
  tellMessages(native, null);
  takeLog(native);
});

test('a ring of an impossible size is refused before the kernel is asked', { skip }, () => {
  const native = openNative();
  for (const size of [0, 4095, 2 ** 31])
    assert.equal(native.saker_ring_map(-1, size, new BigUint64Array(2)), -EINVAL);
});

test('memory given back leaves less of the program resident, and the program runs on', { skip }, () => {
  const native = openNative();
  const residentFileKb = () =>
    Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const before = residentFileKb();
  assert.equal(native.saker_memory_release(), 0);
  assert.ok(residentFileKb() < before, `${residentFileKb()} kB of ${before} kB`);
  assert.equal(native.saker_page_size() > 0, true);
});

test('datagram sockets that cannot be opened give their errno', { skip }, () => {
  const open = datagramOpener(openNative());
  assert.equal(open('/nonexistent/socket'), -ENOENT);
  assert.equal(open(`/${'x'.repeat(200)}`), -ENAMETOOLONG);
  assert.equal(open(''), -EINVAL);
});

test('a missing library names the folder', () => {
  assert.throws(() => findLibraryFiles('/nonexistent'), /\/nonexistent: run "npm run build"$/);
});

test('a library of other sources is told in one line with the remedy', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-old-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(findLibraryFiles(null).koffi, join(folder, 'koffi.node'));
  const source = join(folder, 'old.c');
  writeFileSync(source, 'long saker_log_take(void *text, unsigned long size) { return text ? 0 : size; }\n');
  const made = spawnSync('gcc', ['-shared', '-o', join(folder, 'libsaker.so'), source]);
  assert.equal(made.status, 0, `${made.error ?? made.stderr}`);
  assert.throws(() => openNative(folder), {
    name: 'Error',
    message: `${folder}/libsaker.so has no saker_log_tell, it is older or newer than the rest of saker: run "npm run build"`,
  });
});

test('the sender of a signal is noted, and the handler before still runs', { skip }, async () => {
  const native = openNative();
  const { SIGTERM, SIGURG } = constants.signals;
  assert.equal(native.saker_signal_note(SIGURG), -ENOENT, 'no handler to go on with');
  assert.equal(native.saker_signal_note(0), -EINVAL);
  const heard = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  for (let times = 0; times < 2; times++) assert.equal(native.saker_signal_note(SIGTERM), 0);
  assert.equal(native.saker_signal_sender(SIGTERM), -ENOENT);
  const child = spawnSync('/bin/sh', ['-c', `kill -TERM ${process.pid}; echo $$`]);
  const alive = setTimeout(() => {}, 60_000);
  await heard;
  clearTimeout(alive);
  assert.equal(native.saker_signal_sender(SIGTERM), Number(child.stdout.toString()));
});
