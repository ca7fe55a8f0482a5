import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { alertsOf, type JsonAlert, only, runDriver, shows } from './containers/run-driver.ts';

/** The installed agent beside docker and podman of Debian 12, the latter also without root's rights. */

const asked = process.env.SAKER_CONTAINERS === '1';
const skip = !asked && 'needs time: SAKER_CONTAINERS=1';

describe('the agent, docker and podman', { timeout: 1_600_000, skip }, () => {
  let file: (name: string) => string;
  let alerts: readonly JsonAlert[];

  before(async () => {
    const added = ['docker', 'podman'];
    const timeoutS = 1200;
    file = await runDriver({ kernel: '6.1', driver: 'engines-driver.ts', added, install: true, timeoutS });
    alerts = alertsOf(file('alerts.json'));
  });

  const rows = [
    { mark: 'docker', name: 'web', repository: 'acme/tool', type: 'docker', privileged: false },
    { mark: 'docker-exec', name: 'kept', repository: 'acme/tool', type: 'docker', privileged: true },
    { mark: 'podman', name: 'pweb', repository: 'docker.io/acme/tool', type: 'podman', privileged: false },
    {
      mark: 'podman-exec',
      name: 'pkept',
      repository: 'docker.io/acme/tool',
      type: 'podman',
      privileged: true,
    },
    { mark: 'rootless', name: 'uweb', repository: 'docker.io/acme/tool', type: 'podman', privileged: false },
    {
      mark: 'rootless-exec',
      name: 'ukept',
      repository: 'docker.io/acme/tool',
      type: 'podman',
      privileged: false,
    },
  ] as const;
  for (const { mark, name, repository, type, privileged } of rows) {
    test(`${mark}: name, image, label, type, privileges`, () => {
      const alert = only(alerts, 'Command of the image', new RegExp(`^.*mark mark ${mark} type=`));
      shows(alert, {
        'container.name': name,
        'container.image.repository': repository,
        'container.image.tag': '1.2',
      });
      assert.match(alert.output, new RegExp(`type=${type} label=shop privileged=${privileged} `));
    });
  }

  test('no alert lacks name or image', () => {
    const lacking = alerts.filter(
      ({ output_fields: fields }) => !fields['container.name'] || !fields['container.image.repository'],
    );
    assert.deepEqual(lacking, []);
    assert.equal(alerts.filter(({ rule }) => rule === 'Command').length, rows.length);
  });
});
