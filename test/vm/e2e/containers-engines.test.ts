import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { STORED_FOLDERS } from '../../../src/containers/stored.ts';
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

  const [DOCKER, PODMAN] = ['acme/tool', 'docker.io/acme/tool'];
  const rows = [
    { mark: 'docker', name: 'web', repository: DOCKER, more: 'docker label=shop privileged=false' },
    { mark: 'docker-exec', name: 'kept', repository: DOCKER, more: 'docker label=shop privileged=true' },
    { mark: 'podman', name: 'pweb', repository: PODMAN, more: 'podman label=<NA> privileged=false' },
    { mark: 'podman-exec', name: 'pkept', repository: PODMAN, more: 'podman label=shop privileged=true' },
    { mark: 'rootless', name: 'uweb', repository: PODMAN, more: 'podman label=shop privileged=false' },
    { mark: 'rootless-exec', name: 'ukept', repository: PODMAN, more: 'podman label=shop privileged=false' },
  ];
  for (const { mark, name, repository, more } of rows) {
    test(`${mark}: name, image, label, type, privileges`, () => {
      const alert = only(alerts, 'Command of the image', new RegExp(` mark mark ${mark} type=${more} `));
      shows(alert, {
        'container.name': name,
        'container.image.repository': repository,
        'container.image.tag': '1.2',
      });
    });
  }

  test("the storage told of root's podman, whose socket is off", () => {
    const { runtimes } = JSON.parse(file('status.json')).containers;
    assert.ok(runtimes[`podman ${STORED_FOLDERS[0]}`]?.events >= 2, JSON.stringify(runtimes));
  });

  test('no alert lacks name or image', () => {
    const lacking = alerts.filter(
      ({ output_fields: fields }) => !fields['container.name'] || !fields['container.image.repository'],
    );
    assert.deepEqual(lacking, []);
    assert.equal(alerts.filter(({ rule }) => rule === 'Command').length, rows.length);
  });
});
