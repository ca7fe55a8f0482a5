// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own syntax
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exitCodeOf, problemLine } from '../../../src/base/errors.ts';
import { DEFAULTS, loadConfig } from '../../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-config-'));
after(() => rmSync(folder, { recursive: true }));

let serial = 0;
/** A directory with these files; `MAIN` in a text stands for the directory. */
function place(files: Record<string, string>): (name: string) => string {
  const dir = join(folder, String(serial++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text.replaceAll('MAIN', dir));
  }
  return (name) => join(dir, name);
}

const load = (text: string, more: Partial<Parameters<typeof loadConfig>[0]> = {}) =>
  loadConfig({ file: place({ 'saker.yaml': text })('saker.yaml'), ...more });

test('an empty file gives the defaults, deeply frozen', () => {
  const { config, problems } = load('# nothing\n');
  assert.deepEqual(problems, []);
  assert.deepEqual(config, DEFAULTS);
  assert.throws(() => Object.assign(config!.file_output, { enabled: true }), TypeError);
  assert.throws(() => (config!.rules_files as string[]).push('x'), TypeError);
});

test('falco.yaml as people write it', () => {
  const { config, problems } = load(
    `
rules_files:
  - /etc/falco/falco_rules.yaml
  - /etc/falco/rules.d
json_output: "true"
time_format_iso_8601: yes
priority: info
rule_matching: all
log_level: INFO
file_output:
  enabled: on
  keep_alive: false
  filename: ./events.txt
stdout_output: {enabled: false}
rules:
  - disable: { tag: network }
  - enable:
      rule: Read *
append_output:
  - match: { source: syscall }
    extra_output: "on %evt.hostname"
    extra_fields: [proc.aexepath, { home: "\${HOME}" }]
engine:
  kind: modern_ebpf
  modern_ebpf: { buf_size_preset: 5 }
http_output: { enabled: false, url: http://some.url }
load_plugins: []
`,
    { env: { HOME: '/root' } },
  );
  assert.deepEqual(problems.map(problemLine), []);
  assert.deepEqual(config!.rules_files, ['/etc/falco/falco_rules.yaml', '/etc/falco/rules.d']);
  assert.deepEqual(config!.rules, [{ disable: { tag: 'network' } }, { enable: { rule: 'Read *' } }]);
  assert.deepEqual(config!.append_output, [
    {
      match: { source: 'syscall' },
      extra_output: 'on %evt.hostname',
      extra_fields: ['proc.aexepath', { home: '/root' }],
    },
  ]);
  const { json_output, time_format_iso_8601, priority, rule_matching, log_level } = config!;
  assert.deepEqual(
    { json_output, time_format_iso_8601, priority, rule_matching, log_level },
    {
      json_output: true,
      time_format_iso_8601: true,
      priority: 'Informational',
      rule_matching: 'all',
      log_level: 'info',
    },
  );
  assert.deepEqual(config!.file_output, {
    enabled: true,
    keep_alive: false,
    filename: './events.txt',
    format: 'auto',
    fsync: 'second',
  });
  assert.equal(config!.engine.modern_ebpf.buf_size_preset, 5);
});

// What a bad file says: code, line:column, and words of the message.
const bad: [name: string, text: string, code: string, at: string, says: RegExp][] = [
  [
    'wrong type for a boolean',
    'priority: debug\njson_output: maybe\n',
    'SAKER_E_CONFIG_TYPE',
    '2:14',
    /json_output is "maybe" — write true or false/,
  ],
  [
    'wrong choice, with the likely one',
    'priority: warnin\n',
    'SAKER_E_CONFIG_VALUE',
    '1:11',
    /did you mean Warning\?/,
  ],
  [
    'number out of range',
    'engine:\n  modern_ebpf:\n    buf_size_preset: 11\n',
    'SAKER_E_CONFIG_VALUE',
    '3:22',
    /engine\.modern_ebpf\.buf_size_preset is "11" — write a whole number from 1 to 10/,
  ],
  ['number that is none', 'output_timeout: 2s\n', 'SAKER_E_CONFIG_TYPE', '1:17', /whole number/],
  [
    'value where a list belongs',
    'rules_files: /etc/x.yaml\n',
    'SAKER_E_CONFIG_TYPE',
    '1:14',
    /must be a list, not a single value — write rules_files: \[\/etc\/x\.yaml\]/,
  ],
  [
    'list where a section belongs',
    'file_output: [a]\n',
    'SAKER_E_CONFIG_TYPE',
    '1:14',
    /must be a section of keys, not a list/,
  ],
  ['value where a section belongs', 'file_output: yes\n', 'SAKER_E_CONFIG_TYPE', '1:14', /section/],
  [
    'section where text belongs',
    'file_output: {filename: {a: b}}\n',
    'SAKER_E_CONFIG_TYPE',
    '1:25',
    /file_output\.filename must be a single value/,
  ],
  ['item of a list', 'rules:\n  - disable: x\n', 'SAKER_E_CONFIG_TYPE', '2:14', /rules\[0\]\.disable/],
  ['text instead of keys', 'just words\n', 'SAKER_E_CONFIG_TYPE', '1:1', /keys and values/],
  ['list at the top', '- a\n', 'SAKER_E_CONFIG_TYPE', '1:1', /keys and values/],
  ['YAML that does not parse', 'a: [1\nb: 2\n', 'SAKER_E_CONFIG_YAML', '2:1', /./],
  ['a key twice', 'priority: debug\npriority: info\n', 'SAKER_E_CONFIG_YAML', '2:1', /unique/],
  ['a tab as indentation', 'engine:\n\tkind: nodriver\n', 'SAKER_E_CONFIG_YAML', '2:1', /./],
  [
    'two documents',
    'priority: debug\n---\npriority: info\n',
    'SAKER_E_CONFIG_YAML',
    '2:1',
    /second YAML document/,
  ],
  [
    'a file that is named but missing',
    'config_files: [/nowhere/x.yaml]\n',
    'SAKER_E_CONFIG_READ',
    '1:1',
    /\/nowhere\/x\.yaml cannot be read: there is no such file/,
  ],
];
for (const [name, text, code, at, says] of bad) {
  test(`refused: ${name}`, () => {
    const { config, problems } = load(text);
    assert.equal(config, null);
    assert.equal(exitCodeOf(problems), 1);
    const [problem] = problems;
    assert.deepEqual(
      [problem!.code, `${problem!.line}:${problem!.column}`],
      [code, at],
      problemLine(problem!),
    );
    assert.match(problemLine(problem!), says);
    assert.match(problem!.file!, /saker\.yaml$/);
  });
}

test('every mistake is reported at once', () => {
  const { problems } = load('json_output: 3\npriority: x\nlog_level: y\njson_ouput: true\n');
  assert.deepEqual(problems.map((p) => p.line).sort(), [1, 2, 3, 4]);
});

const unknown: [text: string, code: string, says: RegExp][] = [
  [
    'json_ouput: true\n',
    'SAKER_W_CONFIG_UNKNOWN_KEY',
    /json_ouput is not a known key \(did you mean json_output\?\)/,
  ],
  [
    'file_output: {filname: x}\n',
    'SAKER_W_CONFIG_UNKNOWN_KEY',
    /file_output\.filname .*did you mean filename/,
  ],
  ['zzz: 1\n', 'SAKER_W_CONFIG_UNKNOWN_KEY', /^[^?]*$/],
  ['grpc: {enabled: true}\n', 'SAKER_W_CONFIG_NOT_USED', /grpc has no effect/],
  ['engine: {kmod: {buf_size_preset: 4}}\n', 'SAKER_W_CONFIG_NOT_USED', /no kernel module/],
];
for (const [text, code, says] of unknown) {
  test(`accepted with a warning: ${text.trim()}`, () => {
    const { config, problems } = load(text);
    assert.ok(config);
    assert.deepEqual(
      problems.map((p) => p.code),
      [code],
    );
    assert.match(problemLine(problems[0]!), says);
  });
}

test('strict makes an unknown key an error, but not a known one without effect', () => {
  assert.equal(load('json_ouput: true\n', { strict: true }).config, null);
  assert.ok(load('grpc: {enabled: true}\n', { strict: true }).config);
});

test('prototype names are keys like any other', () => {
  const { config, problems } = load(
    '__proto__: {enabled: true}\nconstructor: 1\nstatic_fields: {__proto__: x}\njson_output: toString\n',
  );
  assert.equal(config, null);
  assert.equal(problems.length, 3);
  assert.equal(({} as { enabled?: boolean }).enabled, undefined);
});

test('config.d: order by name, strategies, and the place of a mistake in an included file', () => {
  const at = place({
    'main.yaml':
      'config_files:\n  - MAIN/config.d\n  - {path: MAIN/over.yaml, strategy: override}\n  - {path: MAIN/only.yaml, strategy: add-only}\n' +
      'rules_files: [a]\nfile_output: {enabled: true, filename: m}\nstatic_fields: {x: "1"}\n',
    'config.d/20.yaml': 'rules_files: [c]\nlog_level: error\n',
    'config.d/10.yml': 'rules_files: [b]\nfile_output: {keep_alive: false}\nlog_level: debug\n',
    'config.d/README': 'not: [yaml',
    'config.d/.hidden.yaml': 'not: [yaml',
    'over.yaml': 'static_fields: {y: "2"}\n',
    'only.yaml': 'log_level: alert\njson_output: true\n',
  });
  const { config, problems, paths } = loadConfig({ file: at('main.yaml') });
  assert.deepEqual(problems, []);
  assert.deepEqual(config!.rules_files, ['a', 'b', 'c']);
  assert.deepEqual(config!.file_output, {
    enabled: true,
    keep_alive: false,
    filename: 'm',
    format: 'auto',
    fsync: 'second',
  });
  assert.deepEqual(config!.static_fields, { y: '2' });
  assert.equal(config!.log_level, 'error');
  assert.equal(config!.json_output, true);
  assert.deepEqual(
    paths,
    ['main.yaml', 'config.d', 'config.d/10.yml', 'config.d/20.yaml', 'over.yaml', 'only.yaml'].map(at),
  );

  writeFileSync(at('config.d/20.yaml'), 'ok: 1\n\npriority: 7\n');
  const [wrong] = loadConfig({ file: at('main.yaml') }).problems.filter(
    (p) => p.code === 'SAKER_E_CONFIG_VALUE',
  );
  assert.deepEqual([wrong!.file, wrong!.line], [at('config.d/20.yaml'), 3]);
});

test('an included file may not include more', () => {
  const at = place({
    'main.yaml': 'config_files: [MAIN/b.yaml]\n',
    'b.yaml': 'config_files: [MAIN/main.yaml]\n',
  });
  const { config, problems } = loadConfig({ file: at('main.yaml') });
  assert.equal(config, null);
  assert.equal(problems[0]!.file, at('b.yaml'));
});

test('a missing main file, a directory and a device are problems, not exceptions', () => {
  const at = place({ 'd/x': '' });
  symlinkSync('/dev/zero', at('zero'));
  for (const file of [at('none.yaml'), at('d'), at('zero')]) {
    const { config, problems } = loadConfig({ file });
    assert.equal(config, null);
    assert.equal(problems[0]!.code, 'SAKER_E_CONFIG_READ', file);
  }
});

test('environment: set, unset, escaped, and as a typed value', () => {
  const text = 'file_output: {filename: "a${DIR}b$${DIR}${NONE}"}\njson_output: ${J}\n';
  const { config, problems } = load(text, { env: { DIR: '/x\n{', J: 'true' } });
  assert.equal(config!.file_output.filename, 'a/x\n{b${DIR}');
  assert.equal(config!.json_output, true);
  assert.deepEqual(
    problems.map((p) => [p.code, p.line]),
    [['SAKER_W_CONFIG_ENV', 1]],
  );
});

test('an alias without an anchor is an error with its line, and a star in quotes is none', () => {
  const { config, problems } = load('json_output: true\nfile_output:\n  filename: *here\n');
  assert.equal(config, null);
  assert.deepEqual(
    problems.map(({ code, line, what, advice }) => [code, line, what, advice]),
    [
      [
        'SAKER_E_CONFIG_YAML',
        3,
        'an alias (*name) without an anchor',
        'put a text that begins with * in quotes, or define the anchor (&name) before its alias',
      ],
    ],
  );
  assert.equal(load('file_output: {filename: "*here"}').config?.file_output.filename, '*here');
  const good = load('hostname_is: &a /x\nfile_output: {filename: *a}');
  assert.equal(good.config?.file_output.filename, '/x');
});

test('alias bombs and deep nesting end in a problem', () => {
  const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 9; i++)
    bomb.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(',')}]`,
    );
  for (const text of [
    bomb.join('\n'),
    'a: &a [*a]\n',
    `a: ${'['.repeat(100)}${']'.repeat(100)}`,
    `a: ${'['.repeat(200_000)}`,
  ]) {
    const { config, problems } = load(text);
    assert.equal(config, null);
    assert.equal(problems[0]!.code, 'SAKER_E_CONFIG_YAML');
  }
});

const SOCKET = '/run/other.sock';
const engineRows: {
  name: string;
  text: string;
  docker: boolean;
  sockets: readonly string[];
  labels: number;
}[] = [
  {
    name: 'as Falco shipped it until 0.40',
    text: `container_engines:\n  docker: {enabled: false}\n  cri:\n    sockets: [${SOCKET}]\n  lxc: {enabled: true}\n`,
    ...{ docker: false, sockets: [SOCKET], labels: 100 },
  },
  {
    name: 'settings of the plugin',
    text: `load_plugins: [container]
plugins:
  - name: container
    library_path: libcontainer.so
    init_config:
      label_max_len: 30
      with_size: false
      hooks: [create, start]
      engines:
        docker: {enabled: false, sockets: [/x]}
        cri: {enabled: true, sockets: [${SOCKET}]}
        bpm: {enabled: false}
`,
    ...{ docker: false, sockets: [SOCKET], labels: 30 },
  },
  {
    name: 'settings of the plugin as JSON',
    text: `plugins: [{name: container, init_config: '{"label_max_len": 30, "engines": {"cri": {"sockets": ["${SOCKET}"]}}}'}]`,
    ...{ docker: true, sockets: [SOCKET], labels: 30 },
  },
  {
    name: 'our own keys win',
    text: `container_engines: {label_max_len: 7}
plugins:
  - {name: container, init_config: {label_max_len: 30, engines: {cri: {sockets: [${SOCKET}]}}}}`,
    ...{ docker: true, sockets: [SOCKET], labels: 7 },
  },
];
for (const { name, text, docker, sockets, labels } of engineRows) {
  test(`container engines: ${name}`, () => {
    const { config, problems } = load(text, { strict: true });
    assert.deepEqual(problems.map(problemLine), []);
    const { container_engines: found } = config!;
    assert.deepEqual(
      [found.docker.enabled, found.cri.sockets, found.label_max_len],
      [docker, sockets, labels],
    );
  });
}

test('container engines: mistakes have their line, other plugins their warning', () => {
  const { problems } = load(`plugins:
  - name: json
  - name: container
    init_config:
      label_max_len: many
`);
  assert.deepEqual(problems.map(({ code, line }) => [code, line]).toSorted(), [
    ['SAKER_E_CONFIG_TYPE', 5],
    ['SAKER_W_CONFIG_NOT_USED', 1],
  ]);
  const text = load("plugins: [{name: container, init_config: 'x'}]");
  assert.deepEqual(
    text.problems.map(({ code, line }) => [code, line]),
    [['SAKER_E_CONFIG_VALUE', 1]],
  );
});

test('keys of older falco.yaml name what has come in their place', () => {
  const yaml = 'rules_file: [a.yaml]\noutputs:\n  rate: 1\n  max_burst: 1000\nsyscall_buf_size_preset: 5\n';
  const { config, problems } = loadConfig({ file: 'c', files: { read: () => yaml, list: () => [] } });
  assert.notEqual(config, null);
  assert.deepEqual(
    problems.map(({ line, advice }) => [line, advice.split(':')[0]]),
    [
      [1, 'use rules_files'],
      [2, 'use noise_control'],
      [5, 'use engine.modern_ebpf.buf_size_preset'],
    ],
  );
  for (const { code, what } of problems) {
    assert.equal(code, 'SAKER_W_CONFIG_UNKNOWN_KEY');
    assert.match(what, /is a key of an older falco\.yaml and has no effect/);
  }
});
