import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { runDriver } from './containers/run-driver.ts';

/** Containers and pods of a real containerd 1.6 (Debian 12): what saker knows of them, and how early. */

const A_POD = { podName: 'shop-0', podNamespace: 'store', podUid: 'f00d-1' };

describe('containers in a guest', { timeout: 600_000 }, () => {
  let result: Record<string, Record<string, unknown>> & { aheadMs: (number | null)[]; warnings: string[] };

  before(async () => {
    const file = await runDriver({ kernel: '6.1', driver: 'driver.ts', install: false, timeoutS: 500 });
    result = JSON.parse(file('result.json'));
  });

  const expected = (facts: Record<string, unknown>, wanted: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(wanted))
      assert.deepEqual(facts[key], value, `${key} ${JSON.stringify(facts)}`);
  };

  test('a container that was there before', () => {
    expected(result.old!, { path: '/default/old', id: 'old', state: 'known', name: 'old', imageTag: '1.2' });
    assert.equal((result.old!.labels as Record<string, string>).app, 'old');
  });

  test('a privileged one, as ctr shows it', () => {
    const info = result.webInfo as { Image: string; Labels: Record<string, string> };
    expected(result.web!, {
      path: '/default/web',
      runtime: 'containerd',
      image: info.Image,
      imageRepository: 'docker.io/acme/tool',
      labels: info.Labels,
      privileged: true,
      hostNetwork: true,
      hostPid: false,
    });
  });

  test('a pod: names, labels, mounts, probes', () => {
    const pod = result.pod!;
    expected(pod, {
      fullId: result.podContainerId,
      id: String(result.podContainerId).slice(0, 12),
      runtime: 'containerd',
      name: 'front',
      image: 'docker.io/acme/tool:1.2',
      privileged: false,
      hostNetwork: true,
      isPodSandbox: false,
      podSandboxId: result.sandboxId,
      livenessProbe: ['cat', '/ok'],
      ...A_POD,
    });
    assert.match(String(pod.imageId), /^[0-9a-f]{64}$/);
    assert.equal((pod.podLabels as Record<string, string>).app, 'shop');
    const logs = (pod.mounts as { dest: string }[]).find(({ dest }) => dest === '/logs');
    assert.deepEqual(logs, {
      source: '/var/log',
      dest: '/logs',
      mode: '',
      rdwr: false,
      propagation: 'private',
    });
  });

  test('a burst: each was known before its first process was told to be started', () => {
    const late = result.aheadMs.filter((ms) => ms === null || ms < 0);
    assert.deepEqual(late, [], JSON.stringify(result.aheadMs));
  });

  test('containerd restarted meanwhile', () => {
    expected(result.late!, { state: 'known', name: 'late', image: 'docker.io/acme/tool:1.2' });
  });
});
