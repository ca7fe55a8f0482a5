import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { syscallCatalogue } from '../schema/fields.ts';
import type { Io } from './io.ts';

/** `saker fields [--json] [NAME...]`: the field catalogue, all of it or the fields whose name starts so; says which are saker's own. */
export function fieldsCommand(args: readonly string[], io: Io): number {
  let parsed: { values: { json?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: { json: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    io.err(`saker fields: ${(error as Error).message} — usage: saker fields [--json] [NAME...]\n`);
    return EXIT_CODE.usage;
  }
  const { values, positionals } = parsed;
  const fields = syscallCatalogue.fields.filter(
    ({ name }) => positionals.length === 0 || positionals.some((prefix) => name.startsWith(prefix)),
  );
  if (values.json) {
    io.out(`${JSON.stringify(fields, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  for (const { name, type, list, meaning, own } of fields) {
    const kind = (list ? `list of ${type}` : type).padEnd(14);
    io.out(`${name.padEnd(width)}  ${kind}  ${meaning}${own === true ? ' [not in Falco]' : ''}\n`);
  }
  return 0;
}
