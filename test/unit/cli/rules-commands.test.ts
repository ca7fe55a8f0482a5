import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { checkCommand } from '../../../src/cli/check.ts';
import { fieldsCommand } from '../../../src/cli/fields.ts';
import { COMMANDS } from '../../../src/cli/main.ts';
import { rulesCommand } from '../../../src/cli/rules.ts';
import { runCommand } from '../../../src/cli/run.ts';
import { testCommand } from '../../../src/cli/test.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-cli-'));
after(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const call = (command: typeof checkCommand, ...args: string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  return { code: command(args, io), out: out.join(''), err: err.join('') };
};

const RULE =
  '- rule: r\n  desc: a shell\n  condition: evt.type = execve and proc.name = sh\n  output: o %proc.name\n  priority: NOTICE\n';
const good = write('good.yaml', RULE);
const bad = write('bad.yaml', RULE.replace('proc.name =', 'proc.nam ='));
const warned = write('warned.yaml', `${RULE}- macro: m\n  condition: evt.type = open\n`);

test('check: verdicts and exit codes as falco -V', () => {
  assert.deepEqual(call(checkCommand, good), { code: 0, out: `${good}: Ok\n`, err: '' });
  const { code, out, err } = call(checkCommand, warned);
  assert.deepEqual([code, out], [0, `${warned}: Ok, with warnings\n`]);
  assert.match(err, /LOAD_UNUSED_MACRO/);
  assert.equal(call(checkCommand, bad).code, 1);
  assert.equal(call(checkCommand, join(folder, 'none.yaml')).code, 1);
  assert.equal(call(checkCommand).code, 2);
  assert.equal(call(checkCommand, '--nonsense', good).code, 2);
});

test('check, rules: a directory without rules files is no success', () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  for (const command of [checkCommand, rulesCommand]) {
    const { code, out, err } = call(command, empty);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /no \*\.yaml or \*\.yml file in .*empty-/);
  }
});

test('check --json: a file that cannot be read has the keys of every result', () => {
  const { code, out } = call(checkCommand, '--json', good, join(folder, 'none.yaml'));
  const [valid, missing] = JSON.parse(out).falco_load_results;
  assert.equal(code, 1);
  assert.deepEqual(Object.keys(missing), Object.keys(valid));
  assert.equal(missing.errors[0].code, 'LOAD_ERR_FILE_READ');
});

test('check: lines count from 1 for people and from 0 under compat', () => {
  assert.match(call(checkCommand, bad).out, /condition expression: \([^)]*bad\.yaml:3:36\)/);
  assert.match(call(checkCommand, bad).out, /Hint: did you mean proc\.name\?/);
  assert.match(call(checkCommand, bad, '--compat', 'falco').out, /rule condition: \([^)]*bad\.yaml:2:13\)/);
});

test('check --json: the shape of falco_load_results', () => {
  const { code, out } = call(checkCommand, '--json', good, bad);
  const results = JSON.parse(out).falco_load_results;
  assert.equal(code, 1);
  assert.deepEqual(
    results.map((one: { successful: boolean }) => one.successful),
    [true, false],
  );
  const [error] = results[1].errors;
  assert.equal(error.code, 'LOAD_ERR_COMPILE_CONDITION');
  assert.equal(error.codedesc, 'Error compiling condition');
  assert.deepEqual(
    error.context.locations.map((one: { item_type: string }) => one.item_type),
    ['rules content', 'rule', 'rule condition', 'condition expression'],
  );
  const described = JSON.parse(call(checkCommand, '--json', good).out).falco_describe_results;
  assert.equal(described.rules[0].details.condition_compiled, '(evt.type = execve and proc.name = sh)');
});

test('rules: text and JSON', () => {
  assert.match(call(rulesCommand, good).out, /^r +a shell$/m);
  const described = JSON.parse(call(rulesCommand, '--json', good).out);
  assert.deepEqual(described.rules[0].details.events, ['asyncevent', 'execve']);
  assert.deepEqual(described.rules[0].details.output_fields, ['proc.name']);
  assert.equal(call(rulesCommand, '--plan', '--rule', 'nothing', good).code, 1);
  assert.equal(call(rulesCommand, '--rule', 'nothing', good).code, 1);
  assert.equal(call(rulesCommand, bad).code, 1);
});

const TESTS = `tests:
  - name: matches
    event: {evt.type: execve, proc.name: sh}
    expect: {rule: r, priority: notice, output: o sh, fields: {proc.name: sh}}
  - name: does not
    event: {evt.type: execve, proc.name: ls}
    expect: []
`;

test('rules: without files those of the configuration, read as it says', () => {
  const config = write('saker.yaml', `rules_files: [${good}]\n`);
  const other = write('other.yaml', RULE.replace('rule: r', 'rule: other'));
  assert.match(call(rulesCommand, '-c', config).out, /^r +a shell$/m);
  assert.match(call(rulesCommand, '-c', config, '-o', `rules_files[]=${other}`).out, /^other +a shell$/m);
  assert.equal(call(rulesCommand, '-c', write('bad-config.yaml', 'priority: loud')).code, 1);
  assert.equal(call(rulesCommand, '--compat', 'sysdig', good).code, 2);
  // What differs between the two readings: docs/differences.md.
  assert.equal(call(rulesCommand, '--compat', 'falco', good).code, 0);
});

test('run -L describes the configured rules', async () => {
  const config = write('run.yaml', `rules_files: [${good}]\n`);
  const out: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => assert.fail(text) };
  assert.equal(await runCommand(['-L', '-c', config], io), 0);
  assert.equal(await runCommand(['-l', 'r', '-c', config, '-o', 'json_output=true'], io), 0);
  assert.match(out[1] ?? '', /^r +a shell$/m);
  assert.match(out.at(-1) ?? '', /"name":"r"/);
});

test('test: passes, and counts rules and outcomes of comparisons', () => {
  write('good.test.yaml', TESTS);
  const { code, out } = call(testCommand, good);
  assert.equal(code, 0, out);
  assert.match(
    out,
    /2 passed, 0 failed\nrules matched by a test: 1 of 1\noutcomes of comparisons seen: 3 of 4\n/,
  );
  assert.match(call(testCommand, good, '--coverage').out, /never false: evt\.type = execve/);
});

const FAILING: { name: string; from: string; to: string; why: RegExp }[] = [
  { name: 'no match', from: 'proc.name: sh}\n', to: 'proc.name: ls}\n', why: /decided by: proc\.name = sh/ },
  { name: 'other priority', from: 'notice', to: 'critical', why: /priority Notice, not critical/ },
  { name: 'other output', from: 'o sh', to: 'p sh', why: /does not hold "p sh"/ },
  { name: 'other field', from: '{proc.name: sh}}', to: '{proc.name: 7}}', why: /proc\.name is "sh", not 7/ },
  { name: 'unexpected match', from: 'proc.name: ls', to: 'proc.name: sh', why: /matches unexpectedly/ },
  { name: 'unknown rule', from: 'rule: r', to: 'rule: s', why: /there is no rule 's'/ },
  { name: 'unknown field', from: 'proc.name: ls', to: 'proc.nam: ls', why: /did you mean proc\.name/ },
  { name: 'unknown key', from: 'expect: []', to: 'expects: []', why: /did you mean expect/ },
  { name: 'nothing expected', from: '    expect: []\n', to: '', why: /expects nothing/ },
  {
    name: 'unknown event type',
    from: 'evt.type: execve, proc.name: ls',
    to: 'evt.type: exec',
    why: /event type/,
  },
];
for (const { name, from, to, why } of FAILING) {
  test(`test: fails on ${name}`, () => {
    const path = write('fails.test.yaml', `rules: good.yaml\n${TESTS.replace(from, to)}`);
    const { code, out } = call(testCommand, path);
    assert.equal(code, 1);
    assert.match(out, why);
  });
}

test('test: a path that cannot be read fails, and the other tests run', () => {
  const passing = write('passing.test.yaml', `rules: good.yaml\n${TESTS}`);
  const text = write('text', 'a');
  const { code, out } = call(testCommand, passing, join(folder, 'absent.yaml'), text);
  assert.equal(code, 1);
  assert.match(out, /absent\.yaml: ENOENT/);
  assert.match(out, /text: not a \.yaml or \.yml file/);
  assert.match(out, /2 passed, 0 failed/);
});

test('test: JUnit keeps each failure on its line', () => {
  const two = TESTS.replace('notice', 'critical').replace('o sh', 'p sh');
  const xml = join(folder, 'lines.xml');
  call(testCommand, write('lines.test.yaml', `rules: good.yaml\n${two}`), '--junit', xml);
  assert.match(readFileSync(xml, 'utf8'), /not critical\noutput of/);
});

test('check: hints for the snippets of articles', () => {
  const rows: [condition: string, hint: string][] = [
    ['fd.ip != 10.0.0.0/8', 'write not fd.net = 10.0.0.0/8'],
    ['fd.sip = fe80::/10', 'write fd.snet = fe80::/10'],
    ['fd.ip in (10.0.0.0/8, 1.2.3.4, ::1)', 'write fd.net in (10.0.0.0/8, 1.2.3.4/32, ::1/128)'],
    ['fd.net = ::1', 'write ::1/128'],
    ['proc.name = a AND proc.name = b', 'keywords are lower case'],
    ['NOT proc.name = b', 'keywords are lower case'],
    ['!x', "write 'not'"],
  ];
  for (const [condition, hint] of rows) {
    const path = write('hint.yaml', RULE.replace('proc.name = sh', condition));
    assert.ok(call(checkCommand, path).out.includes(`Hint: ${hint}\n`), condition);
  }
});

test('test: the ending .yml goes with .test.yml', () => {
  const rules = write('short.yml', RULE);
  const tests = write('short.test.yml', TESTS);
  for (const path of [rules, tests]) assert.match(call(testCommand, path).out, /2 passed, 0 failed/);
});

test('test: a mistake in the test file is not followed by one about its rules', () => {
  const { code, out } = call(testCommand, write('broken.test.yaml', 'tests: ['));
  assert.equal(code, 1);
  assert.match(out, /broken\.test\.yaml:1: /);
  assert.doesNotMatch(out, /do not load/);
});

test('test: JSON and JUnit reports', () => {
  const path = write(
    'mixed.test.yaml',
    `rules: good.yaml\n${TESTS.replace('name: does not', 'name: "<&>"').replace('[]', 'r')}`,
  );
  const xml = join(folder, 'junit.xml');
  const { code, out } = call(testCommand, path, '--json', '--junit', xml);
  assert.equal(code, 1);
  const report = JSON.parse(out);
  assert.deepEqual([report.passed, report.failed, report.branches], [1, 1, { seen: 3, total: 4 }]);
  assert.match(readFileSync(xml, 'utf8'), /tests="2" failures="1"[\s\S]*name="&lt;&amp;&gt;"[\s\S]*<failure/);
});

test('fields: names, formats, and no silence where there is none', () => {
  assert.match(call(fieldsCommand, '-N').out, /^evt\.num\n[^ ]+$/);
  assert.match(call(fieldsCommand, '--format', 'markdown', 'proc.name').out, /\| `proc\.name` \| string \|/);
  assert.equal(JSON.parse(call(fieldsCommand, '--format=json', 'proc.name').out)[0].name, 'proc.name');
  for (const [args, told] of [
    [['proc.nme'], /did you mean proc\.name\?/],
    [['--format', 'xml\u001b'], /no format xml\\x1b/],
  ] as const) {
    const { code, out, err } = call(fieldsCommand, ...args);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, told);
  }
});

test('run: -p goes behind every output, --list takes Falco’s source', async () => {
  const run = async (...args: string[]) => {
    const { code, ...rest } = call(runCommand as unknown as typeof checkCommand, ...args);
    return { code: await code, ...rest };
  };
  const rest = ['-c', write('empty.yaml', '{}'), '-r', good, '--dry-run'];
  assert.equal((await run('-p', 'by %proc.pname', ...rest)).code, 0);
  assert.equal((await run('-p', 'by %proc.pnme', ...rest)).code, 1);
  assert.equal((await run('--list=syscall', '-N')).code, 0);
  assert.equal((await run('--list=k8s_audit')).code, 2);
});

for (const command of Object.keys(COMMANDS))
  test(`saker ${command} --help is no mistake`, () => {
    const main = join(import.meta.dirname, '../../../src/main.ts');
    const { status, stdout } = spawnSync(process.execPath, [main, command, '--help'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /saker/);
  });

const flags = async (...args: string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  return { code: await runCommand(args, io), out: out.join(''), err: err.join('') };
};

test('--list-events: what may be named, with arguments, in each form; -i: what must be named', async () => {
  const text = await flags('--list-events');
  assert.equal(text.code, 0);
  assert.match(text.out, /^openat\(fd: fd, dirfd: fd, name: path, .*\) file$/m);
  assert.match(text.out, /^read\(.*\) \S+ \(only when named\)$/m);
  const names = (await flags('--list-events', '-N')).out.trim().split('\n');
  const rows = JSON.parse((await flags('--list-events', '-o', 'json_output=true')).out);
  assert.deepEqual(
    rows.map(({ name }: { name: string }) => name),
    names,
  );
  const table = (await flags('--list-events', '--format', 'markdown')).out.trim().split('\n');
  assert.equal(table.length, names.length + 2);
  const ignored = (await flags('-i')).out.trim().split('\n');
  assert.ok(['read', 'write', 'futex'].every((name) => ignored.includes(name)));
  assert.ok(['openat', 'execve', 'connect'].every((name) => names.includes(name) && !ignored.includes(name)));
  assert.equal((await flags('--list-events', '--format', 'xml')).code, 2);
});

test('--rule-schema, --page-size', async () => {
  assert.equal(JSON.parse((await flags('--rule-schema')).out).type[0], 'array');
  if (existsSync(new URL('../../../build/native/libsaker.so', import.meta.url)))
    assert.match((await flags('--page-size')).out, /^(4096|16384|65536)\n$/);
});

test('-v and -p are short forms of keys, and a key that is written out wins', async () => {
  const run = async (...more: string[]) => {
    const { out } = await flags('--support', '-r', good, '-o', 'config_files=[]', ...more);
    return parse(JSON.parse(out).config);
  };
  assert.equal((await run('-v')).log_level, 'debug');
  assert.equal((await run('-v', '-o', 'log_level=error')).log_level, 'error');
  const extra = async (value: string) => (await run('-p', value)).append_output[0].extra_output;
  assert.equal(await extra('user=%user.name'), 'user=%user.name');
  assert.equal(await extra('c'), 'container_id=%container.id container_name=%container.name');
  assert.match(await extra('k'), /container_id=.* k8s_pod_name=%k8s\.pod\.name$/);
});

test('the plan of a rule tells what the kernel decides', () => {
  const rule = (name: string, condition: string): string =>
    `- {rule: ${name}, desc: d, output: o, priority: INFO, condition: ${JSON.stringify(condition)}}\n`;
  const file = write(
    'plan.yaml',
    rule(
      'read',
      'evt.type = openat and evt.failed = false and evt.is_open_write = false and fd.name startswith /etc/x',
    ) + rule('both', 'evt.type in (openat, execve, connect) and proc.name = x and not fd.name = /a'),
  );
  assert.equal(
    call(rulesCommand, '--plan', file).out,
    `read
  event types: openat
  opens without write access: by name, decided in the kernel: /etc/x…
  opens with write access: none, decided in the kernel
  opens that failed: none, decided in the kernel

both
  event types: connect, execve, openat
  opens without write access: all are told: fd.name is only excluded
  opens with write access: all are told: fd.name is only excluded
  opens that failed: all are told: fd.name is only excluded
  all events of the type are told: connect
  told whatever the rules are, since state lives from them: execve
`,
  );
  const [plan] = JSON.parse(call(rulesCommand, '--plan', '--json', '--rule', 'read', file).out);
  assert.deepEqual(plan.opens[0], {
    kind: 'read',
    asked: 'names',
    tests: [{ text: '/etc/x', exact: false }],
    obstacle: '',
  });
});
