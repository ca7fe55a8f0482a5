import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { readBootNs, readHostUsage, readProcessUsage } from '../../../src/host/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-usage-'));
after(() => rmSync(folder, { recursive: true }));

function tree(name: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

const STAT =
  'cpu  100 0 50 700 50 20 30 50 40 0\ncpu0 1 2 3 4\nintr 5 0 0\nbtime 1700000000\nprocs_running 3\n';
const MEMINFO =
  'MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     700 kB\nBuffers:          50 kB\n' +
  'Cached:          300 kB\nSwapCached:        7 kB\nShmem:            20 kB\nSReclaimable:     30 kB\n';

test('the host: busy time, memory without cache, runnable tasks, open files', () => {
  const proc = tree('host', { stat: STAT, meminfo: MEMINFO, 'sys/fs/file-nr': '1500\t100\t99999\n' });
  assert.deepEqual(readHostUsage(proc), {
    cpuRatio: 0.25,
    memoryUsedBytes: (1000 - 100 - 50 - 310) * 1024,
    processesRunning: 3,
    openFiles: 1400,
  });
  assert.equal(readBootNs(proc), 1_700_000_000_000_000_000n);
});

test('a /proc that tells less gives nothing, and no wrong figure', () => {
  for (const [name, files] of Object.entries({
    empty: { stat: '' },
    noMemory: { stat: STAT, 'sys/fs/file-nr': '1 0 2' },
    garbage: { stat: 'cpu x y\nprocs_running z\n', meminfo: 'MemTotal: lots\n', 'sys/fs/file-nr': '' },
  })) {
    assert.equal(readHostUsage(tree(name, files)), null, name);
    assert.equal(readProcessUsage(tree(name, files)), null, name);
  }
});

const CGROUPS: readonly [name: string, cgroup: string, file: string, bytes: number | null][] = [
  ['two', '0::/system.slice/saker.service\n', 'system.slice/saker.service/memory.current', 4096],
  ['one', '4:cpu:/x\n3:hugetlb,memory:/y\n0::/z\n', 'memory/y/memory.usage_in_bytes', 8192],
  ['off', '0::/a\n', 'a/cgroup.procs', null],
];
for (const [name, cgroup, file, bytes] of CGROUPS) {
  test(`memory of the own cgroup, version ${name}`, () => {
    const proc = tree(`proc-${name}`, {
      'self/status': 'Name:\tx\nVmSize:\t   2048 kB\n',
      'self/smaps_rollup': '00-ff ---p [rollup]\nRss:   900 kB\nPss:   512 kB\n',
      'self/cgroup': cgroup,
    });
    const cgroups = tree(`cg-${name}`, { [file]: `${bytes}\n` });
    assert.deepEqual(readProcessUsage(proc, cgroups), {
      vszBytes: 2048 * 1024,
      pssBytes: 512 * 1024,
      cgroupBytes: bytes,
    });
  });
}

test('this machine and this process', () => {
  const { cpuRatio, memoryUsedBytes } = readHostUsage()!;
  assert.ok(cpuRatio > 0 && cpuRatio <= 1 && memoryUsedBytes > 0);
  assert.ok(readProcessUsage()!.vszBytes > process.memoryUsage.rss());
});
