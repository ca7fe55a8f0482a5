import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { nearest } from '../base/suggest.ts';
import type { Field } from '../schema/field.ts';
import { syscallCatalogue } from '../schema/fields.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';

const USAGE = 'usage: saker fields [--json] [--names] [--format text|markdown|json] [NAME...]';
const FORMATS: Readonly<Record<string, (fields: readonly Field[]) => string>> = { text, markdown, json };

/** `saker fields`: the field catalogue, all of it or the fields whose name starts so; says which are saker's own. */
export function fieldsCommand(args: readonly string[], io: Io): number {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    io.err(`saker fields: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const { values, positionals } = parsed;
  const format = values.json ? 'json' : values.format;
  const write = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (write === undefined) {
    io.err(`saker fields: there is no format ${printable(format)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const all = syscallCatalogue.fields;
  const fields = all.filter(
    ({ name }) => positionals.length === 0 || positionals.some((prefix) => name.startsWith(prefix)),
  );
  if (fields.length === 0) {
    const near = nearest(
      positionals[0] ?? '',
      all.map(({ name }) => name),
    );
    const advice = near === null ? 'saker fields lists all' : `did you mean ${near}?`;
    io.err(`saker fields: no field begins with ${printable(positionals.join(', '))} — ${advice}\n`);
    return EXIT_CODE.usage;
  }
  io.out(values.names ? `${fields.map(({ name }) => name).join('\n')}\n` : write(fields));
  return 0;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS.fields, allowPositionals: true });
}

function text(fields: readonly Field[]): string {
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  return fields
    .map((field) => `${field.name.padEnd(width)}  ${typeOf(field).padEnd(14)}  ${meaningOf(field)}\n`)
    .join('');
}

function markdown(fields: readonly Field[]): string {
  const cell = (value: string): string => value.replaceAll('|', '\\|');
  const rows = fields.map(
    (field) => `| \`${field.name}\` | ${typeOf(field)} | ${cell(meaningOf(field))} |\n`,
  );
  return `| name | type | |\n|---|---|---|\n${rows.join('')}`;
}

function json(fields: readonly Field[]): string {
  return `${JSON.stringify(fields, null, 2)}\n`;
}

function typeOf({ list, type }: Field): string {
  return list ? `list of ${type}` : type;
}

function meaningOf({ meaning, own }: Field): string {
  return `${meaning}${own === true ? ' [not in Falco]' : ''}`;
}
