import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deliveryOptions } from '../../../src/agent/outputs.ts';
import { buildAlert } from '../../../src/alerts/index.ts';
import type { OpenDatagram } from '../../../src/base/datagram.ts';
import { printable } from '../../../src/base/printable.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { createDelivery } from '../../../src/delivery/index.ts';
import { until } from './alerts.ts';
import { httpServer } from './http-server.ts';
import { bindReceiver, type Receiver } from './receiver.ts';

/** What an event may hold, through every output at once, with real files, sockets, processes and servers. */

const MINUTE = 60_000;
const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), 'saker-hostile-'));
after(() => rmSync(folder, { recursive: true }));
const library = join(import.meta.dirname, '../../../build/native/libsaker.so');

const CONTENTS: Readonly<Record<string, string>> = {
  'line ends that forge a line': 'a\nWarning: forged\r\nMESSAGE=forged\n',
  'escape sequences of terminals': '\u001b[2J\u001b]0;title\u0007\u009b31m\u007f',
  'zero bytes': 'a\0b\0',
  'text that reads other than it is': 'a\u202egpj.exe\u2066\u200e\ufeff\u2028x',
  'halves of characters': '\ud800x\udc00',
  'bytes that are no UTF-8, as the engine hands them over': Buffer.from([
    0x61, 0xff, 0xfe, 0xc3, 0x28,
  ]).toString(),
  'quotes, braces and markup': '"}],"rule":"forged{{ rule }}<!channel>\\',
  'an argument of 1 MB': 'A'.repeat(MIB),
  'an argument of 1 MB that grows when escaped': '\u001b\n'.repeat(MIB / 2),
};

// No control character, no bidirectional mark, outside of the line end that each record has.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const COLOURS = /^\u001b\[33m|\u001b\[0m/g;

function hostileAlert(text: string) {
  return buildAlert(
    {
      rule: 'Rule',
      priority: 'Warning',
      priorityNumber: 4,
      source: 'syscall',
      tags: ['T1'],
      timeNs: 1_700_000_000_123_456_789n,
      output: `command=${printable(text)}`,
      rawOutput: `command=${text}`,
      fields: { 'proc.cmdline': text, 'proc.aname': ['sh', text, text], 'proc.pid': 7n, 'fd.name': null },
    },
    {
      ...{ hostname: 'h1', timeFormatIso8601: false, includeOutput: true },
      ...{ includeMessage: true, includeOutputFields: true, includeTags: true },
    },
  );
}

const YAML = `
json_output: true
stdout_output: {enabled: false}
journal_output: {enabled: true}
syslog_output: {enabled: true, protocol: tcp, address: "127.0.0.1:TCP"}
file_output: {enabled: true, filename: FOLDER/alerts.json}
program_output: {enabled: true, keep_alive: true, program: "cat > FOLDER/program.jsonl"}
http_output: {enabled: true, url: "SERVER/http"}
spool: {path: FOLDER/spool}
targets:
  - slack: {webhookurl: "SERVER/slack", messageformat: "{{ rule }} {{ fields.proc.cmdline }}"}
  - pagerduty: {routingkey: key, url: "SERVER/pagerduty"}
  - loki: {hostport: SERVER, endpoint: /loki, extralabels: [proc.cmdline], format: json}
  - elasticsearch: {hostport: SERVER}
  - alertmanager: {hostport: SERVER, endpoint: /alertmanager}
  - webhook: {address: "SERVER/webhook"}
  - webhook: {name: templated, address: "SERVER/templated", body: '{"x": "{{ output }} {{ fields.proc.cmdline }}"}'}
`;

async function nativeOpener(): Promise<OpenDatagram> {
  const { datagramOpener } = await import('../../../src/kernel/datagram.ts');
  const { openNative } = await import('../../../src/kernel/native.ts');
  return datagramOpener(openNative());
}

/** The alert through every output; what each got, by name. */
async function throughAll(text: string, place: string): Promise<Record<string, Buffer[]>> {
  const got: Record<string, Buffer[]> = {};
  const web = await httpServer(({ path, body }) => {
    const name = path.slice(1).replace(/[?].*$/, '');
    got[name] = [...(got[name] ?? []), Buffer.from(body)];
    return name === '_bulk' ? { body: '{"items":[{"create":{"status":201}}]}' } : {};
  });
  const tcp: Buffer[] = [];
  const syslog = createServer((client) => client.on('data', (part) => tcp.push(Buffer.from(part)))).unref();
  await new Promise<void>((resolve) => syslog.listen(0, '127.0.0.1', resolve));
  const { port } = syslog.address() as { port: number };
  const receivers = ['journal', 'local-syslog'].map((name) => bindReceiver(join(place, name)));
  const yaml = YAML.replaceAll('SERVER', web.url).replaceAll('FOLDER', place).replace('TCP', `${port}`);
  const { config, problems } = loadConfig({
    file: 'saker.yaml',
    strict: true,
    files: { read: () => yaml, list: () => [] },
  });
  assert.deepEqual(problems, []);
  const said: string[] = [];
  const log = { error: (m: string) => said.push(m), notice: (m: string) => said.push(m) } as never;
  const fd = openSync(join(place, 'stdout'), 'w');
  const options = deliveryOptions(config!, log, { rule: 'none', heard: () => {} });
  const delivery = createDelivery(
    {
      ...options,
      ...{ journal: { path: join(place, 'journal') }, stdout: { json: false, colour: true, fd } },
      syslog: { json: false, path: join(place, 'local-syslog') },
    },
    await nativeOpener(),
    77,
  );
  delivery.write(hostileAlert(text));
  assert.equal(await delivery.flush(MINUTE), true, said.join('\n'));
  await until(() => Buffer.concat(tcp).length > 0 && lengthOf(join(place, 'program.jsonl')) > 0);
  await delivery.close(MINUTE);
  assert.deepEqual(said, []);
  for (const name of ['alerts.json', 'program.jsonl', 'stdout'])
    got[name] = [readFileSync(join(place, name))];
  got['syslog over TCP'] = [Buffer.concat(tcp)];
  for (const [i, name] of ['journal', 'local syslog'].entries()) got[name] = takeAll(receivers[i]!);
  closeSync(fd);
  syslog.close();
  web.close();
  return got;
}

function lengthOf(path: string): number {
  return existsSync(path) ? readFileSync(path).length : 0;
}

function takeAll(receiver: Receiver): Buffer[] {
  const all: Buffer[] = [];
  for (let one = receiver.receive(); one !== null; one = receiver.receive()) all.push(one);
  receiver.close();
  return all;
}

/** Output → how it is read, its records must be one, and how large it may be, in bytes. */
const JSON_LIMIT = 768 << 10;
const OUTPUTS: Readonly<
  Record<string, { form: 'line' | 'json' | 'lines' | 'journal' | 'frame'; most: number }>
> = {
  'alerts.json': { form: 'line', most: JSON_LIMIT },
  'program.jsonl': { form: 'line', most: JSON_LIMIT },
  stdout: { form: 'line', most: JSON_LIMIT },
  journal: { form: 'journal', most: JSON_LIMIT },
  'local syslog': { form: 'json', most: 8192 },
  'syslog over TCP': { form: 'frame', most: 8200 },
  http: { form: 'json', most: JSON_LIMIT },
  slack: { form: 'json', most: 64 << 10 },
  pagerduty: { form: 'json', most: JSON_LIMIT },
  loki: { form: 'json', most: 2 * JSON_LIMIT },
  _bulk: { form: 'lines', most: JSON_LIMIT },
  alertmanager: { form: 'json', most: 64 << 10 },
  webhook: { form: 'json', most: JSON_LIMIT },
  templated: { form: 'json', most: JSON_LIMIT },
};

/** The text without what the form itself has of line ends. */
function contentOf(bytes: Buffer, form: (typeof OUTPUTS)[string]['form']): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (form === 'line') {
    assert.equal(text.at(-1), '\n');
    return text.slice(0, -1);
  }
  if (form === 'lines') {
    const lines = text.split('\n');
    assert.deepEqual([lines.length, lines[2]], [3, '']);
    return lines.join('');
  }
  if (form === 'frame') {
    const length = text.slice(0, text.indexOf(' '));
    assert.equal(Number(length), bytes.length - length.length - 1, 'octet counting');
  }
  return text;
}

/** Fields of an entry; any byte out of place would give others. */
function journalNames(entry: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < entry.length; ) {
    const end = entry.indexOf(10, at);
    const line = entry.subarray(at, end).toString();
    names.push(line.replace(/=.*$/s, ''));
    at = line.includes('=') ? end + 1 : end + 1 + 8 + Number(entry.readBigUInt64LE(end + 1)) + 1;
  }
  return names;
}

const JOURNAL_NAMES = [
  ...['MESSAGE', 'PRIORITY', 'SYSLOG_FACILITY', 'SYSLOG_IDENTIFIER', 'SYSLOG_PID'],
  ...['SAKER_RULE', 'SAKER_PRIORITY', 'SAKER_SOURCE', 'SAKER_TIME_NS', 'SAKER_TAGS'],
  ...['SAKER_FIELD_PROC_CMDLINE', 'SAKER_FIELD_PROC_ANAME', 'SAKER_FIELD_PROC_PID'],
];

const skip = existsSync(library) ? false : 'needs build/native/libsaker.so: npm run build';
let serial = 0;
for (const [what, text] of Object.entries(CONTENTS))
  test(`every output gets one whole, escaped, bounded record: ${what}`, { skip }, async () => {
    const place = mkdtempSync(join(folder, `${serial++}-`));
    const got = await throughAll(text, place);
    assert.deepEqual(Object.keys(got).sort(), Object.keys(OUTPUTS).sort());
    for (const [name, { form, most }] of Object.entries(OUTPUTS)) {
      const [record, ...more] = got[name]!;
      assert.equal(more.length, 0, `${name}: one record`);
      assert.ok(record!.length <= most, `${name}: ${record!.length} bytes`);
      if (form === 'journal') {
        assert.deepEqual(journalNames(record!), JOURNAL_NAMES);
        assert.doesNotMatch(record!.subarray(0, record!.indexOf(10)).toString(), UNSAFE);
        continue;
      }
      // stdout colours the beginning itself.
      const content = contentOf(record!, form).replace(COLOURS, '');
      assert.doesNotMatch(content, UNSAFE, name);
      const isJson =
        ['alerts.json', 'program.jsonl'].includes(name) || (form === 'json' && !name.includes(' '));
      if (isJson) JSON.parse(content);
    }
    const { output_fields: fields } = JSON.parse(String(got.http));
    assert.equal(fields['proc.cmdline'].slice(0, 1000), text.slice(0, 1000));
  });
