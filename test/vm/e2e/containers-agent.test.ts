import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { runInGuest } from '../guest.ts';

/** The installed agent beside a real containerd (Debian 12's): every alert out of a container names it and its image. */

interface JsonAlert {
  rule: string;
  output: string;
  output_fields: Record<string, string | number | null>;
}

const STRAY = "Command in no runtime's container";
const IMAGE = { 'container.image.repository': 'docker.io/acme/tool', 'container.image.tag': '1.2' };

// Ten minutes and more for each kernel where the processor is emulated.
const chosen = process.env.SAKER_CONTAINERS === '1';
if (!chosen) test('the agent beside a real containerd', (t) => t.skip('needs time: SAKER_CONTAINERS=1'));

for (const kernel of chosen ? (['6.1', '6.12'] as const) : []) {
  describe(`containers and the agent on kernel ${kernel}`, { timeout: 1_600_000 }, () => {
    const work = mkdtempSync(join(tmpdir(), 'saker-containers-'));
    const [inDir, out] = [mkdtempSync(join(work, 'in-')), mkdtempSync(join(work, 'out-'))];
    const file = (name: string): string => readFileSync(join(out, name), 'utf8');
    let alerts: JsonAlert[];
    let pod: { sandboxId: string; containerId: string };

    before(async () => {
      copyFileSync(process.execPath, join(inDir, 'node'));
      await build({
        entryPoints: [join(import.meta.dirname, 'containers/agent-driver.ts')],
        outfile: join(inDir, 'driver.mjs'),
        bundle: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'error',
      });
      const { code, failure, stdout, console } = await runInGuest({
        kernel,
        install: true,
        inDirs: [inDir],
        outDir: out,
        command: 'modprobe overlay; /in/node /in/driver.mjs 2>&1',
        timeoutS: 1500,
      });
      assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-2000)}`);
      const lines = file('alerts.json').split('\n');
      alerts = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
      pod = JSON.parse(file('pod.json'));
    });
    after(() => rmSync(work, { recursive: true, force: true }));

    const only = (rule: string, output: RegExp): JsonAlert => {
      const found = alerts.filter((alert) => alert.rule === rule && output.test(alert.output));
      assert.equal(found.length, 1, `${rule} ${output}: ${JSON.stringify(alerts.slice(-20))}`);
      return found[0]!;
    };
    const shows = (alert: JsonAlert, wanted: Record<string, unknown>): void => {
      for (const [key, value] of Object.entries(wanted))
        assert.equal(alert.output_fields[key], value, `${key}: ${alert.output}`);
    };

    test('a process of the host', () => {
      const alert = only('Command of the host', /mark-host/);
      shows(alert, { 'container.id': 'host', 'container.name': 'host', 'container.image.repository': '' });
      assert.match(alert.output, / container_id=host container_name=host container_image_repository= /);
    });

    test('a shell with a terminal', () => {
      shows(only('Shell with a terminal in a container', /./), { 'container.name': 'terminal', ...IMAGE });
    });

    test('a program dropped into the upper layer and executed', () => {
      const alert = only('Dropped program runs', /dropped \/dropped/);
      shows(alert, { 'container.name': 'dropper', ...IMAGE });
    });

    test('a privileged container', () => {
      const names = alerts.filter(({ rule }) => rule === 'Privileged container');
      assert.deepEqual([...new Set(names.map((alert) => alert.output_fields['container.name']))], ['strong']);
    });

    test('exec into a container that was there before', () => {
      shows(only('Command of the image', /mark exec /), { 'container.name': 'runner', ...IMAGE });
    });

    for (const [why, id] of [
      ['unknown', 'a'],
      ['pending', 'b'],
    ] as const) {
      test(`a container without facts is told once it is known that they are ${why}, and marked`, () => {
        const alert = only(STRAY, new RegExp(`stray ${why} `));
        shows(alert, { 'container.id': id.repeat(12), 'container.name': null, 'container.facts': why });
        assert.match(alert.output, / container_name=<NA> /);
      });
    }

    test('a pod, named without any Kubernetes', () => {
      shows(only('Command of the image', /mark pod /), {
        'container.id': pod.containerId.slice(0, 12),
        'container.name': 'front',
        'k8s.pod.name': 'shop-0',
        'k8s.ns.name': 'store',
        ...IMAGE,
      });
    });

    test('a burst of 200 with containerd restarted meanwhile: each once, none without name and image', () => {
      const names = alerts
        .filter(({ rule, output }) => rule === 'Command of the image' && / burst/.test(output))
        .map((alert) => String(alert.output_fields['container.name']));
      assert.deepEqual(names.toSorted(), Array.from({ length: 200 }, (_, at) => `burst${at}`).toSorted());
    });

    test('no alert out of a container lacks name or image', () => {
      const inside = alerts.filter(
        ({ rule, output_fields: fields }) => fields['container.id'] !== 'host' && rule !== STRAY,
      );
      const lacking = inside.filter(
        ({ output_fields: fields }) =>
          !fields['container.name'] || !fields['container.image.repository'] || 'container.facts' in fields,
      );
      assert.deepEqual(lacking, []);
      assert.ok(inside.length > 205);
    });

    test('start and age of a container', () => {
      const [, startNs = '', ageNs = ''] = /mark last (\d+) (\d+)/.exec(
        only('Command of the image', /mark last /).output,
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
