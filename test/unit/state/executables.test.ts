import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import type { Ownership, PackageDatabase } from '../../../src/host/index.ts';
import { Executables, type ImageFacts, Process } from '../../../src/state/index.ts';
import { image, SECOND, task } from '../engine/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-executables-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const SLEEP = readFileSync('/usr/bin/sleep');
let count = 0;

/** A program of its own: a copy of sleep. */
function program(): string {
  const path = join(folder, `program-${++count}`);
  copyFileSync('/usr/bin/sleep', path);
  chmodSync(path, 0o755);
  return path;
}

/** What the kernel's record says of an executed file. */
function imageOf(path: string, over: Partial<ImageFacts> = {}): ImageFacts {
  const { dev, ino, ctimeNs, mtimeNs } = statSync(path, { bigint: true });
  return image({
    exepath: new Interned(path),
    exeDev: Number(dev),
    exeIno: ino,
    exeCtime: ctimeNs,
    exeMtime: mtimeNs,
    ...over,
  });
}

function processOf(pid: number, facts: ImageFacts): Process {
  const made = new Process(task(pid));
  made.setImage(facts);
  return made;
}

/** Starts the program; it runs until the end of the tests. */
async function running(path: string): Promise<Process> {
  const facts = imageOf(path);
  const child = spawn(path, ['1000'], { stdio: 'ignore' });
  children.push(child);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return processOf(child.pid!, facts);
}

/** No such process: the highest pid there can be. */
const GONE = 0x3fffff;
const executables = () => new Executables(null, () => null);
const digest = (of: Process, with_ = executables()) => with_.digest(of, 'sha256', SECOND)?.text ?? null;

test('the digest of a running program, whatever happens to its name', async () => {
  const changes: Record<string, (path: string) => void> = {
    nothing: () => {},
    removed: (path) => rmSync(path),
    'moved away and replaced': (path) => {
      renameSync(path, `${path}.old`);
      writeFileSync(path, 'another');
    },
    'a symlink in its place': (path) => {
      rmSync(path);
      symlinkSync('/usr/bin/true', path);
    },
    'mode and times changed': (path) => {
      chmodSync(path, 0o500);
      utimesSync(path, 1, 1);
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    const path = program();
    const process = await running(path);
    change(path);
    assert.equal(digest(process), sha256(SLEEP), name);
  }
});

test('a program that has ended is found by its path, if that still leads to the same file', () => {
  const changes: Record<string, readonly [change: (path: string) => void, found: boolean]> = {
    nothing: [() => {}, true],
    removed: [(path) => rmSync(path), false],
    rewritten: [(path) => appendFileSync(path, 'x'), false],
    'rewritten, with the old times': [
      (path) => {
        const { atime, mtime } = statSync(path);
        appendFileSync(path, 'x');
        utimesSync(path, atime, mtime);
      },
      false,
    ],
    replaced: [
      (path) => {
        copyFileSync('/usr/bin/true', `${path}.new`);
        renameSync(`${path}.new`, path);
      },
      false,
    ],
    'a symlink in its place': [
      (path) => {
        renameSync(path, `${path}.old`);
        symlinkSync(`${path}.old`, path);
      },
      false,
    ],
    'a FIFO in its place': [
      (path) => {
        rmSync(path);
        spawnSync('mkfifo', [path]);
      },
      false,
    ],
  };
  for (const [name, [change, found]] of Object.entries(changes)) {
    const path = program();
    const process = processOf(GONE, imageOf(path));
    change(path);
    assert.equal(digest(process), found ? sha256(SLEEP) : null, name);
  }
});

test('the pid of another program tells nothing', async () => {
  const other = await running(program());
  const path = program();
  const facts = imageOf(path);
  rmSync(path);
  assert.equal(digest(processOf(other.pid, facts)), null);
  // The same inode number on another device.
  const same = { ...other.image, exeDev: other.image.exeDev + 1, exepath: new Interned(path) };
  assert.equal(digest(processOf(other.pid, same)), null);
});

test('a process that was read from /proc is known by its start', async () => {
  const process = await running(program());
  const unknown = processOf(process.pid, image({ exeIno: 0n }));
  const with_ = (ticks: number | null) => new Executables(null, () => ticks);
  assert.equal(digest(unknown, with_(process.startNs / 1e7)), sha256(SLEEP));
  assert.equal(digest(unknown, with_(process.startNs / 1e7 + 100)), null);
  assert.equal(digest(unknown, with_(null)), null);
});

test('digests are remembered, and files too large or too many are not read', () => {
  const [path, large] = [program(), program()];
  const facts = imageOf(path);
  const process = processOf(GONE, facts);
  const memory = executables();
  assert.equal(digest(process, memory), sha256(SLEEP));
  rmSync(path);
  assert.equal(digest(process, memory), sha256(SLEEP));
  truncateSync(large, (64 << 20) + 1);
  assert.equal(digest(processOf(GONE, imageOf(large)), memory), null);
  truncateSync(large, 64 << 20);
  assert.equal(digest(processOf(GONE, imageOf(large)), memory), sha256(readFileSync(large)));
  // With the files before, there is no room for another in this second; the next one brings room again.
  const others = Array.from({ length: 2 }, () => {
    const other = program();
    truncateSync(other, 64 << 20);
    return processOf(GONE, imageOf(other));
  });
  const found = others.map((other) => digest(other, memory));
  assert.deepEqual(
    found.map((hex) => hex !== null),
    [false, false],
  );
  assert.notEqual(memory.digest(others[1]!, 'sha256', 2 * SECOND), null);
});

/** A database that knows one file. */
function database(path: string, owner: Ownership): PackageDatabase {
  return { generation: 1, owner: (asked) => (asked === path ? owner : 'none') };
}

const facts = (of: Executables, process: Process) => ({
  name: of.packageName(process, SECOND)?.text ?? null,
  version: of.packageVersion(process, SECOND)?.text ?? null,
  packaged: of.isPackaged(process, SECOND),
  changed: of.isChanged(process, SECOND),
});

test('packages: as installed, changed, foreign, not to be told', () => {
  const path = program();
  const digestOf = (bytes: Uint8Array) => ({
    algorithm: 'md5' as const,
    hex: createHash('md5').update(bytes).digest('hex'),
  });
  const owned = { name: 'tools', version: '1-2', digest: digestOf(SLEEP) };
  const known = { name: 'tools', version: '1-2', packaged: true };
  const unknown = { name: null, version: null, packaged: null, changed: null };
  const there = processOf(GONE, imageOf(path));
  const told = (owner: Ownership, process = there) =>
    facts(new Executables(database(path, owner), () => null), process);
  assert.deepEqual(told(owned), { ...known, changed: false });
  assert.deepEqual(told({ ...owned, digest: digestOf(Buffer.from('x')) }), { ...known, changed: true });
  assert.deepEqual(told({ ...owned, digest: null }), { ...known, changed: null });
  assert.deepEqual(told('none'), { ...unknown, packaged: false });
  assert.deepEqual(told(null), unknown);
  assert.deepEqual(facts(executables(), there), unknown);
  // Another file under the same path: what a container or a chroot shows.
  const elsewhere = processOf(GONE, { ...there.image, exeIno: there.image.exeIno + 1n });
  assert.deepEqual(told(owned, elsewhere), unknown);
  assert.deepEqual(told('none', elsewhere), unknown);
  const memfd = { ...there.image, exeFromMemfd: true, exepath: new Interned('memfd:x') };
  assert.deepEqual(told(owned, processOf(GONE, memfd)), { ...unknown, packaged: false });
});
