/**
 * Rules files made to cost much: each shape of the language, repeated until a file is full. The unit test asserts what
 * becomes of them at a small size; test/bench/rules/hostile.ts prints what they cost at a megabyte.
 */

const rule = (cond: string, out = 'x') =>
  `- rule: r\n  desc: d\n  condition: ${cond}\n  output: ${out}\n  priority: INFO\n`;
const R = (n: number, cond: string) =>
  `- rule: r${n}\n  desc: d\n  condition: ${cond}\n  output: x\n  priority: INFO\n`;
const H = '- rule: r\n  desc: d\n  output: x\n  priority: INFO\n  condition: ';

/** Name → content of about `size` characters. */
export function hostileFiles(size: number): Record<string, string> {
  const fill = (unit: string, start = '', end = '') =>
    start + unit.repeat(Math.max(1, Math.floor((size - start.length - end.length) / unit.length))) + end;
  const num = (make: (n: number) => string, start = '', end = '') => {
    const pieces = [start];
    for (let n = 0, length = start.length + end.length; length < size; n++) {
      const piece = make(n);
      pieces.push(piece);
      length += piece.length;
    }
    return pieces.join('') + end;
  };
  return {
    'tiny rules': num((n) => R(n, 'evt.type=open')),
    'tiny rules, flow maps': num(
      (n) => `- {rule: r${n}, desc: d, condition: evt.type=open, output: x, priority: INFO}\n`,
    ),
    'tiny macros': num((n) => `- macro: m${n}\n  condition: evt.type=open\n`),
    'macro chain': num(
      (n) => `- macro: m${n}\n  condition: ${n ? `m${n - 1} or ` : ''}evt.type=open\n`,
      '',
      rule('m10'),
    ),
    'macro doubling': num(
      (n) => `- macro: m${n}\n  condition: ${n ? `m${n - 1} and m${n - 1}` : 'evt.type=open'}\n`,
    ),
    'tiny lists': num((n) => `- list: l${n}\n  items: [a]\n`),
    'list each naming former': num((n) => `- list: l${n}\n  items: [l${n ? n - 1 : 'x'}]\n`),
    'one list big': num((n) => `    - item${n}\n`, '- list: l\n  items:\n', rule('proc.name in (l)')),
    'one list big flow': num(
      (n) => `item${n}, `,
      '- list: l\n  items: [',
      `x]\n${rule('proc.name in (l) and evt.type=open')}`,
    ),
    'list doubling': num((n) => `- list: l${n}\n  items: [${n ? `l${n - 1}, l${n - 1}` : 'a, b'}]\n`),
    'many unknown items': fill('- foo: bar\n'),
    'many scalars': fill('- a\n'),
    'many nulls': fill('-\n'),
    'unknown keys': num((n) => `  k${n}: v\n`, rule('evt.type=open')),
    'same keys': fill('  desc: d\n', rule('evt.type=open')),
    'long and': fill(' and evt.type=open', `${H}evt.type=open`, '\n'),
    'long or fields': num((n) => ` or proc.name=a${n}`, `${H}evt.type=open`, '\n'),
    'many errors': num((n) => R(n, 'foo.bar=1')),
    'many field errors one cond': num((n) => ` or foo.bar${n}=1`, `${H}evt.type=open`, '\n'),
    'many event errors': num((n) => ` or evt.type=opne${n}`, `${H}evt.type=open`, '\n'),
    'not chain': fill('not ', H, 'evt.type=open\n'),
    parens: fill('(', H, '\n'),
    'regex big': fill('a', `${H}evt.type=open and proc.name regex '`, "'\n"),
    'regex classes': fill('[a-z]{3}', `${H}evt.type=open and proc.name regex '`, "'\n"),
    'regex repeat': fill('(a{30}){30}|', `${H}evt.type=open and proc.name regex '`, "b'\n"),
    'regex alternation': num((n) => `ab${n}|`, `${H}evt.type=open and proc.name regex '`, "b'\n"),
    'regex 1000s': fill(
      "proc.name regex '(a|b){100}c*[x-z]{50}' or ",
      `${H}evt.type=open and (`,
      'evt.type=open)\n',
    ),
    'regex different': num(
      (n) => `proc.name regex '(a|b){100}c*${n}' or `,
      `${H}evt.type=open and (`,
      'evt.type=open)\n',
    ),
    'regex unicode classes': num(
      (n) => `proc.name regex '[^a]{200}${n}' or `,
      `${H}evt.type=open and (`,
      'evt.type=open)\n',
    ),
    'regex parens':
      "- rule: r\n  desc: d\n  output: x\n  priority: INFO\n  condition: evt.type=open and proc.name regex '" +
      '('.repeat(size / 2) +
      ')'.repeat(size / 2) +
      "'\n",
    'glob big': fill('*a', `${H}evt.type=open and proc.name glob '`, "'\n"),
    'glob classes': fill('[a-z]', `${H}evt.type=open and proc.name glob '`, "'\n"),
    'pmatch many': num((n) => `/a/b${n}/*, `, `${H}evt.type=open and fd.name pmatch (`, '/z)\n'),
    'pmatch deep': fill('/a', `${H}evt.type=open and fd.name pmatch (`, ')\n'),
    ints: num((n) => `${n}, `, `${H}evt.type=open and fd.num in (`, '1)\n'),
    nets: num(
      (n) => `10.${n % 256}.${(n >> 8) % 256}.0/24, `,
      `${H}evt.type=open and fd.net in (`,
      '1.1.1.1/8)\n',
    ),
    ips: num((n) => `10.${n % 256}.${(n >> 8) % 256}.0, `, `${H}evt.type=open and fd.ip in (`, '1.1.1.1)\n'),
    'output percent':
      '- rule: r\n  desc: d\n  condition: evt.type=open\n  priority: INFO\n  output: ' +
      '%proc.name '.repeat(size / 11) +
      '\n',
    'output bad percent':
      '- rule: r\n  desc: d\n  condition: evt.type=open\n  priority: INFO\n  output: ' +
      'x%proc.nam '.repeat(size / 11) +
      '\n',
    'output parens':
      '- rule: r\n  desc: d\n  condition: evt.type=open\n  priority: INFO\n  output: "%' +
      'tolower('.repeat(size / 8) +
      '"\n',
    'output many rules bad': num(
      (n) => `- rule: r${n}\n  desc: d\n  condition: evt.type=open\n  output: "%foo${n}"\n  priority: INFO\n`,
    ),
    exceptions: num(
      (n) => `    - {name: e${n}, fields: [proc.name], values: [[a]]}\n`,
      `${rule('evt.type=open')}  exceptions:\n`,
    ),
    'exceptions block': num(
      (n) => `    - name: e${n}\n      fields: proc.name\n      values: [a, b]\n`,
      `${rule('evt.type=open')}  exceptions:\n`,
    ),
    'exception values': num(
      (n) => `        - [v${n}, w]\n`,
      rule('evt.type=open') +
        '  exceptions:\n    - name: e\n      fields: [proc.name, fd.name]\n      values:\n',
    ),
    'append rule': rule('evt.type=open') + fill('- rule: r\n  condition: and proc.name=a\n  append: true\n'),
    'override rule':
      rule('evt.type=open') +
      fill('- rule: r\n  condition: and proc.name=a\n  override: {condition: append}\n'),
    'append list': `- list: l\n  items: [a]\n${num((n) => `- list: l\n  items: [b${n}]\n  append: true\n`)}`,
    'append macro':
      '- macro: m\n  condition: evt.type=open\n' +
      fill('- macro: m\n  condition: or evt.type=close\n  append: true\n'),
    'append exception':
      rule('evt.type=open') +
      '  exceptions: [{name: e, fields: proc.name}]\n' +
      num((n) => `- rule: r\n  exceptions: [{name: e, values: [a${n}]}]\n  override: {exceptions: append}\n`),
    'redefine rule': fill(rule('evt.type=open')),
    tags: num((n) => `t${n}, `, `${rule('evt.type=open')}  tags: [`, 'x]\n'),
    documents: fill('---\n- a: b\n'),
    comments: fill('# c\n'),
    blank: fill('\n'),
    spaces: fill(' '),
    tabs: fill('\t'),
    anchors: num((n) => `- &a${n} b\n`),
    aliases: `- &a [x]\n${fill('- *a\n')}`,
    bomb: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
    'flow nest': fill('['),
    'flow wide': fill('[],', '[', ']'),
    'flow maps': fill('{a: b},', '[', ']'),
    quotes: fill('"'),
    'dq long': fill('\\n', '- "', '"\n'),
    'dq bad esc': fill('\\q', '- "', '"\n'),
    'sq long': fill("''", "- '", "'\n"),
    'plain long multi': fill('a\n  ', '- ', '\n'),
    'plain one line': fill('a', '- ', '\n'),
    'folded long': fill('  a\n', '- >\n'),
    'literal blank': fill('\n', '- |\n'),
    'folded spaces': num((n) => `${' '.repeat(n % 50)}\n`, '- >\n'),
    colons: fill(': '),
    question: fill('? a\n'),
    bang: fill('! '),
    'tags yaml': fill('- !!str a\n'),
    percent: fill('%YAML 1.2\n'),
    amp: fill('&a '),
    star: fill('*a '),
    nul: fill('\0'),
    bin: Array.from({ length: size }, (_, i) => String.fromCharCode((i * 7919 + ((i >> 3) ^ i)) % 256)).join(
      '',
    ),
    surr: fill('\ud800'),
    emoji: fill('💥'),
    bom: fill('\ufeff'),
    'list name in quotes': `- list: l\n  items: [a, b]\n${fill('"x l y", ', `${H}proc.name in (`, 'l)\n')}`,
    'list name often': `- list: l\n  items: [a, b]\n${fill('l, ', `${H}proc.name in (`, 'l)\n')}`,
    'empty list often': `- list: l\n  items: []\n${fill('l, ', `${H}proc.name in (`, 'l)\n')}`,
    'list of list names in cond':
      num((n) => `- list: l${n}\n  items: [a]\n`, '', '')
        .slice(0, size / 2)
        .replace(/[^\n]*$/, '') +
      H.replace('condition: ', 'condition: proc.name in (') +
      Array.from({ length: size / 70 }, (_, n) => `l${n}`).join(', ') +
      ')\n',
    'undefined list names': num(
      (n) => `shell_binaries_${n}_list, `,
      `- list: shell_binarie_list\n  items: [a]\n${H}evt.type=open and proc.name in (`,
      'x)\n',
    ),
    'undefined lists many lists':
      num((n) => `- list: proc_binaries_${n}\n  items: [a]\n`)
        .slice(0, size / 2)
        .replace(/[^\n]*$/, '') +
      H +
      'evt.type=open and proc.name in (' +
      Array.from({ length: size / 50 }, (_, n) => `proc_binaries_x${n}`).join(', ') +
      ')\n',
    'undefined macros many':
      num((n) => `- macro: mac_${n}\n  condition: evt.type=open\n`)
        .slice(0, size / 2)
        .replace(/[^\n]*$/, '') +
      num((n) => R(n, `mac_x${n}`))
        .slice(0, size / 2)
        .replace(/[^\n]*$/, ''),
    'hidden rules': num((n) => R(n, `evt.type=open and proc.name=a${n % 30}`)),
    'rules sharing big macro':
      '- macro: m\n  condition: ' +
      Array.from({ length: size / 50 }, (_, n) => `proc.name=a${n}`).join(' or ') +
      '\n' +
      num((n) => R(n, `m and fd.name=${n}`))
        .slice(0, size / 2)
        .replace(/[^\n]*$/, ''),
    'rules sharing big list':
      '- list: l\n  items: [' +
      Array.from({ length: size / 50 }, (_, n) => `a${n}`).join(', ') +
      ']\n' +
      num((n) => R(n, `proc.name in (l) and fd.name=${n}`))
        .slice(0, size / 2)
        .replace(/[^\n]*$/, ''),
    'rules sharing big macro and list':
      '- macro: m\n  condition: ' +
      Array.from({ length: size / 80 }, (_, n) => `proc.name=a${n}`).join(' or ') +
      '\n- list: l\n  items: [' +
      Array.from({ length: size / 40 }, (_, n) => `a${n}`).join(', ') +
      ']\n' +
      num((n) => R(n, `m and proc.name in (l) and fd.name=${n}`))
        .slice(0, size / 2)
        .replace(/[^\n]*$/, ''),
    'empty lists in one condition':
      num((n) => `- list: l${n}\n  items: []\n`)
        .slice(0, size / 2)
        .replace(/[^\n]*$/, '') +
      H +
      'proc.name in (' +
      Array.from({ length: size / 70 }, (_, n) => `l${n}`).join(', ') +
      ')\n',
    'lists naming the next in one condition':
      num((n) => `- list: l${n}\n  items: [l${n + 1}]\n`)
        .slice(0, size / 2)
        .replace(/[^\n]*$/, '') +
      H +
      'proc.name in (' +
      Array.from({ length: size / 70 }, (_, n) => `l${n}`).join(', ') +
      ')\n',
    'list names and warnings':
      '- list: l\n  items: [a]\n' +
      fill('l, ', `${H}proc.name in (`)
        .slice(0, size / 2)
        .replace(/[^,]*$/, '') +
      'l)' +
      ' or proc.name=proc.pname'.repeat(size / 50) +
      '\n',
    'transform deep': `${H}evt.type=open and ${'tolower('.repeat(900)}proc.name${')'.repeat(900)} = a\n`,
    'join args': fill('proc.name, ', `${H}evt.type=open and join(",", (`, 'proc.exe)) = a\n'),
    'concat args': fill('proc.name, ', `${H}evt.type=open and concat(`, 'proc.exe) = a\n'),
    'str escapes': fill('\\x41', `${H}evt.type=open and proc.name = "`, '"\n').replace(
      'condition: ',
      'condition: |\n    ',
    ),
    'plugin versions': num((n) => `    - {name: p${n}, version: 1.0.0}\n`, '- required_plugin_versions:\n'),
    'plugin alternatives': num(
      (n) => `        - {name: p${n}, version: 1.0.0}\n`,
      '- required_plugin_versions:\n    - name: x\n      version: 1.0.0\n      alternatives:\n',
    ),
    'engine versions': fill('- required_engine_version: 10\n'),
    'braces rule': fill('rule a {\n'),
    'long key': fill('k', '- ', ': v\n'),
    'evt.type glob': fill('evt.type glob * or ', H, 'evt.type=open\n'),
    'evt.type startswith list': num((_n) => `open, `, `${H}evt.type in (`, 'close)\n'),
    aname: num((n) => ` and proc.aname[${n}]=a`, `${H}evt.type=open`, '\n'),
    ports: fill('ssh, ', `${H}fd.sport in (`, 'ssh)\n'),
    'bad ports': fill('sssh, ', `${H}fd.sport in (`, 'ssh)\n'),
    'val compare': fill(' or proc.name=val(proc.pname)', `${H}evt.type=open`, '\n'),
    'bare field rhs': fill(' or proc.name=proc.pname', `${H}evt.type=open`, '\n'),
    intersects: num((n) => `a${n}, `, `${H}evt.type=open and fd.types intersects (`, 'z)\n'),
    hex: fill('41', `${H}evt.type=open and evt.buffer bcontains `, '\n'),
    allof: num((n) => `a${n}, `, `${H}evt.type=open and proc.name contains allof (`, 'z)\n'),
    'oneof glob': num((n) => `a*b*${n}, `, `${H}evt.type=open and proc.name glob oneof (`, 'z)\n'),
    deprecated: fill(' and evt.dir=<', `${H}evt.type=open`, '\n'),
    'exc broken vals': num(
      (n) => `        - ["a (${n}", 'b"']\n`,
      rule('evt.type=open') +
        '  exceptions:\n    - name: e\n      fields: [proc.name, fd.name]\n      values:\n',
    ),
    'rules unknown source': num((n) => `${R(n, 'evt.type=open')}  source: k8s\n`),
    'multiline cond': fill('    and evt.type=open\n', `${H}>\n    evt.type=open\n`),
    'multiline cond err at end': fill(
      '    and evt.type=open\n',
      `${H}>\n    evt.type=open\n`,
      '    and foo=1\n',
    ),
    'many warn places': num((n) => R(n, `${'proc.name=proc.pname and '.repeat(20)}evt.type=open`)),
  };
}
