import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryOptions } from '../../../../src/agent/outputs.ts';
import { loadConfig } from '../../../../src/config/index.ts';
import { createDelivery } from '../../../../src/delivery/index.ts';
import { alert } from '../alerts.ts';
import { httpServer } from '../http-server.ts';

/** What all targets have: minimum priority, custom fields, rate; from the YAML to the request of each kind. */

const MINUTE = 60_000;

interface Kind {
  readonly yaml: string;
  /** Alerts in a body. */
  count(body: string): number;
  /** Custom field `site` of the first of them. */
  site(body: string): unknown;
}

const KINDS: Readonly<Record<string, Kind>> = {
  slack: {
    yaml: 'webhookurl: SERVER',
    count: () => 1,
    site: (body) =>
      JSON.parse(body).attachments[0].fields.find((f: { title: string }) => f.title === 'site').value,
  },
  pagerduty: {
    yaml: 'url: SERVER, routingkey: key',
    count: () => 1,
    site: (body) => JSON.parse(body).payload.custom_details.site,
  },
  loki: {
    yaml: 'hostport: SERVER, extralabels: [site]',
    count: (body) => JSON.parse(body).streams.flatMap((s: { values: unknown[] }) => s.values).length,
    site: (body) => JSON.parse(body).streams[0].stream.site,
  },
  elasticsearch: {
    yaml: 'hostport: SERVER',
    count: (body) => (body.split('\n').length - 1) / 2,
    site: (body) => JSON.parse(body.split('\n')[1]!).output_fields.site,
  },
  alertmanager: {
    yaml: 'hostport: SERVER',
    count: (body) => JSON.parse(body).length,
    site: (body) => JSON.parse(body)[0].labels.site,
  },
  webhook: {
    yaml: 'address: SERVER',
    count: () => 1,
    site: (body) => JSON.parse(body).output_fields.site,
  },
};

for (const [kind, { yaml, count, site }] of Object.entries(KINDS))
  test(`${kind}: minimum priority, custom fields, rate`, async () => {
    const server = await httpServer(({ path, body }) => {
      const items = Array.from({ length: (body.split('\n').length - 1) / 2 }, () => ({
        create: { status: 201 },
      }));
      return path.includes('_bulk') ? { body: JSON.stringify({ items }) } : {};
    });
    const common = 'minimumpriority: error, customfields: {site: berlin}, rate: 2';
    const text = `stdout_output: {enabled: false}\nspool: {enabled: false}\ntargets: [{${kind}: {${yaml.replace('SERVER', `"${server.url}"`)}, ${common}}}]\n`;
    const files = { read: () => text, list: () => [] };
    const { config, problems } = loadConfig({ file: 'saker.yaml', strict: true, files });
    assert.deepEqual(problems, []);
    const said: string[] = [];
    const log = { error: (m: string) => said.push(m), notice: (m: string) => said.push(m) } as never;
    const delivery = createDelivery(
      deliveryOptions(config!, log, { rule: 'none', heard: () => {} }),
      () => -2,
      1,
    );
    const critical = (n: number) =>
      alert({ priority: 'Critical', priorityNumber: 2, timeNs: BigInt(n) * 10n ** 18n });
    for (const one of [alert(), critical(1), critical(2), critical(3)]) delivery.write(one);
    assert.equal(await delivery.flush(MINUTE), true, said.join('\n'));
    const bodies = server.received.map(({ body }) => body);
    assert.equal(
      bodies.reduce((sum, body) => sum + count(body), 0),
      2,
    );
    for (const body of bodies) assert.equal(site(body), 'berlin');
    const [stats] = delivery.stats();
    assert.deepEqual([stats?.delivered, stats?.heldBack, stats?.dropped], [2, 1, 0]);
    await delivery.close(MINUTE);
    assert.deepEqual(said, [`output ${kind}: held back 1 alert: its rate is 2 a minute`]);
    server.close();
  });
