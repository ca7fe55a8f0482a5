import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { alertsOf, type JsonAlert, only, runDriver, shows } from './containers/run-driver.ts';

/**
 * The installed agent beside real containerds, each Debian's on its kernel: every alert out of a container names it, its
 * image and its pod. SAKER_BURST chooses how many containers come and go in a burst; SAKER_CONTAINERS=1 runs all three.
 */

const STRAY = "Command in no runtime's container";
const IMAGE = { 'container.image.repository': 'docker.io/acme/tool', 'container.image.tag': '1.2' };

const MACHINES = [
  { kernel: '6.1', version: '1.6', added: ['crun'], always: true },
  { kernel: '6.12', version: '1.7', added: ['crun', 'containerd-1.7'], always: false },
  { kernel: '7.2', version: '2', added: ['crun', 'containerd-2'], always: true },
] as const;
const asked = process.env.SAKER_CONTAINERS === '1';
/** Half of them before containerd is restarted; a second or two each where the processor is emulated. */
const BURST = Number(process.env.SAKER_BURST ?? 24);

for (const { kernel, version, added, always } of MACHINES) {
  const skip = !always && !asked && 'needs time: SAKER_CONTAINERS=1';
  describe(`the agent and containerd ${version} on kernel ${kernel}`, { timeout: 1_600_000, skip }, () => {
    let file: (name: string) => string;
    let alerts: readonly JsonAlert[];
    let pod: { sandboxId: string; containerId: string };

    before(async () => {
      const timeoutS = 1500;
      file = await runDriver({
        kernel,
        driver: 'agent-driver.ts',
        args: [BURST],
        added,
        install: true,
        timeoutS,
      });
      alerts = alertsOf(file('alerts.json'));
      pod = JSON.parse(file('pod.json'));
    });

    test('a process of the host', () => {
      const alert = only(alerts, 'Command of the host', /mark-host/);
      shows(alert, { 'container.id': 'host', 'container.name': 'host', 'container.image.repository': '' });
      assert.match(alert.output, / container_id=host container_name=host container_image_repository= /);
    });

    test('a shell with a terminal', () => {
      shows(only(alerts, 'Shell with a terminal in a container', /./), {
        'container.name': 'terminal',
        ...IMAGE,
      });
    });

    test('a program dropped into the upper layer and executed', () => {
      const alert = only(alerts, 'Dropped program runs', /dropped \/dropped/);
      shows(alert, { 'container.name': 'dropper', ...IMAGE });
    });

    test('a privileged container', () => {
      const names = alerts.filter(({ rule }) => rule === 'Privileged container');
      assert.deepEqual([...new Set(names.map((alert) => alert.output_fields['container.name']))], ['strong']);
    });

    test('debugfs in a privileged container', () => {
      shows(only(alerts, 'Debugfs in a privileged container', /debugfs sh -c .bin.debugfs/), {
        'container.name': 'strong',
        ...IMAGE,
      });
    });

    test('exec into a container that was there before', () => {
      shows(only(alerts, 'Command of the image', /mark exec /), { 'container.name': 'runner', ...IMAGE });
    });

    for (const [why, id] of [
      ['unknown', 'a'],
      ['pending', 'b'],
    ] as const) {
      test(`a container without facts is told once it is known that they are ${why}, and marked`, () => {
        const alert = only(alerts, STRAY, new RegExp(`stray ${why} `));
        shows(alert, { 'container.id': id.repeat(12), 'container.name': null, 'container.facts': why });
        assert.match(alert.output, / container_name=<NA> /);
      });
    }

    test('a pod, named without any Kubernetes', () => {
      shows(only(alerts, 'Command of the image', /mark pod .* pod=f00d-1\/shop /), {
        'container.id': pod.containerId.slice(0, 12),
        'container.name': 'front',
        'k8s.pod.name': 'shop-0',
        'k8s.ns.name': 'store',
        ...IMAGE,
      });
    });

    test(`a burst of ${BURST} with containerd restarted meanwhile: each once, none without name and image`, () => {
      const names = alerts
        .filter(({ rule, output }) => rule === 'Command of the image' && / burst/.test(output))
        .map((alert) => String(alert.output_fields['container.name']));
      assert.deepEqual(names.toSorted(), Array.from({ length: BURST }, (_, at) => `burst${at}`).toSorted());
    });

    test('no alert out of a container lacks name or image', () => {
      const inside = alerts.filter(
        ({ rule, source, output_fields: fields }) =>
          source === 'syscall' && fields['container.id'] !== 'host' && rule !== STRAY,
      );
      const lacking = inside.filter(
        ({ output_fields: fields }) =>
          !fields['container.name'] || !fields['container.image.repository'] || 'container.facts' in fields,
      );
      assert.deepEqual(lacking, []);
      assert.ok(inside.length > BURST + 7);
    });

    test('start and age of a container', () => {
      const [, startNs = '', ageNs = ''] = /mark last (\d+) (\d+)/.exec(
        only(alerts, 'Command of the image', /mark last /).output,
      )!;
      assert.ok(Number(startNs) > 1.6e18, startNs);
      assert.ok(Number(ageNs) < 600e9, ageNs);
    });

    test('the status tells of containers and of what waited', () => {
      const { containers } = JSON.parse(file('status.json'));
      assert.equal(containers.held.waiting, 0);
      const { held, completed, expired, crowded } = containers.held;
      assert.ok(completed >= 1 && expired >= 1, JSON.stringify(containers.held));
      assert.deepEqual([completed + expired, crowded], [held, 0]);
      assert.match(file('status'), /^containers {2}\d+ known/m);
    });
  });
}
