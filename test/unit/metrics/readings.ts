import type { Readings, Selection } from '../../../src/metrics/index.ts';

/** Everything that `metrics` can switch on. */
export const ALL: Selection = {
  resources: true,
  rules: true,
  state: true,
  kernel: true,
  programs: true,
  containers: true,
};

/** An agent that has seen a little of everything. */
export function readings(over: Partial<Readings> = {}): Readings {
  return {
    wallNs: 1_700_000_100_000_000_000n,
    version: '1.2.3',
    hostname: 'h1',
    kernelRelease: '6.1.0',
    cpus: 4,
    bootNs: 1_600_000_000_000_000_000n,
    startNs: 1_700_000_000_000_000_000n,
    reloadNs: 1_700_000_050_000_000_000n,
    reloadRefused: false,
    rulesFiles: [{ path: '/etc/saker/rules.d/a.yaml', sha256: 'aa' }],
    configFiles: [{ path: '/etc/saker/saker.yaml', sha256: 'bb' }],
    health: { healthy: true, reasons: [] },
    backlog: { behindS: 0.25, ringRatio: 0.5 },
    canary: { heardSAgo: 3, tookMs: 12 },
    process: {
      userS: 3,
      systemS: 2,
      elapsedS: 100,
      rssBytes: 64 << 20,
      vszBytes: 512 << 20,
      pssBytes: 40 << 20,
      cgroupBytes: 80 << 20,
    },
    host: { cpuRatio: 0.25, memoryUsedBytes: 2 ** 31, processesRunning: 3, openFiles: 1000 },
    engine: {
      events: 5000,
      alertsDropped: 2,
      corrupt: 0,
      faults: 1,
      processes: 120,
      misses: 10,
      repaired: 7,
      full: 0,
      suppressed: new Map([['Read a file', { dedup: 4, rate: 2, budget: 1 }]]),
      rules: [
        {
          name: 'Read a file',
          priority: 'Warning',
          source: 'syscall',
          tags: ['T1555', 'mitre credential-access'],
          evaluated: 2570,
          matched: 9,
          samples: 10,
          sampledNs: 5000,
        },
        {
          name: 'Never',
          priority: 'Debug',
          source: 'syscall',
          tags: [],
          evaluated: 0,
          matched: 0,
          samples: 0,
          sampledNs: 0,
        },
      ],
    },
    kernel: {
      counts: [
        { type: 'openat', sent: 4000n, lost: 5n, dropped: 12000n },
        { type: 'execve', sent: 900n, lost: 0n, dropped: 0n },
        { type: 'ptrace', sent: 95n, lost: 1n, dropped: 0n },
      ],
      programs: [
        { program: 'open_syscall', missedRuns: 4, runs: 100, runNs: 25_000 },
        { program: 'exec', missedRuns: 0, runs: 0, runNs: 0 },
      ],
      attached: 20,
      pending: 1,
    },
    containers: {
      known: 3,
      pending: 1,
      gone: 1,
      held: { completed: 6, expired: 1, crowded: 2, waiting: 3 },
      runtimes: { 'docker /run/docker.sock': { lookups: 3, found: 2, failures: 1 } },
    },
    outputs: [
      { name: 'file', queued: 0, delivered: 9, dropped: 1, refused: 0, retries: 0, error: null },
      {
        name: 'http',
        queued: 4,
        delivered: 5,
        dropped: 0,
        refused: 1,
        retries: 2,
        error: 'status 500',
        failedAtMs: 1_700_000_099_500,
        heldBack: 3,
        spool: { records: 4, bytes: 4096 },
      },
    ],
    service: { starts: 3, unobservedS: 12.5 },
    losses: [
      { cause: 'ring_full', name: 'openat', count: 5 },
      { cause: 'handover', name: '', count: 2 },
    ],
    ...over,
  };
}
