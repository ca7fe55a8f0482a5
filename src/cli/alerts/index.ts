/**
 * `saker alerts`: reads back the alerts of this host, from the JSON file an output wrote or from the journal. What an
 * alert quotes is hostile: it is escaped before a terminal sees it.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../../base/errors.ts';
import { printable, printableJson } from '../../base/printable.ts';
import { configPath, DEFAULT_CONFIG, loadConfig } from '../../config/index.ts';
import type { Io } from '../io.ts';
import { OPTIONS } from '../options.ts';
import { fileLines, followFile, rotatedFiles } from './files.ts';
import { type Filter, makeFilter, WrongFilter } from './filter.ts';
import { journalLines } from './journal.ts';
import { alertOfEntry, alertOfLine, type StoredAlert } from './record.ts';
import { Summary } from './summary.ts';

const USAGE = `usage: saker alerts [filters] [-f] [-n COUNT] [--summary] [--json] [--file PATH | --journal]
  --since T, --until T   15m, 2h, 3d, today, 14:30, 2026-01-31 14:30
  --priority P           this severe or more
  --rule NAME            part of the name, or all of it with * and ?
  --tag TAG              with this tag
  --container C          name, or the beginning of the id
  --grep EXPR            regular expression on the text
  -f, --follow           go on with new ones
  -n COUNT               the last ones only
  --summary              how many of each rule
  -c FILE                configuration that says where alerts are (${DEFAULT_CONFIG})
`;

const NOT_READ = 1;
/** Of a text on the terminal; --json has all of it. */
const MAX_SHOWN = 4096;
/** With --follow, alerts from before that are shown. */
const FOLLOW_LINES = 10;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS.alerts }).values;
}

export async function alertsCommand(args: readonly string[], io: Io): Promise<number> {
  let values: Values;
  let filter: Filter;
  try {
    values = parse(args);
    filter = makeFilter(values, Date.now());
    if (values.lines !== undefined && !/^\d{1,7}$/.test(values.lines))
      throw new WrongFilter('-n takes a number');
    if (values.follow && values.summary) throw new WrongFilter('--follow and --summary exclude one another');
  } catch (error) {
    io.err(`saker alerts: ${printable((error as Error).message)}\n${USAGE}`);
    return EXIT_CODE.usage;
  }
  const place = findPlace(values);
  if (place === null) {
    io.err(
      'saker alerts: no output keeps alerts on this host — enable file_output or journal_output, or name --file\n',
    );
    return NOT_READ;
  }
  try {
    await show(place, filter, values, io);
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = place.file === null ? 'the journal' : place.file;
    io.err(`saker alerts: ${printable(where)} cannot be read: ${printable(message)}\n`);
    return code === 'EACCES' || code === 'EPERM' ? EXIT_CODE.permission : NOT_READ;
  }
}

/** file null: the journal. */
interface AlertPlace {
  readonly file: string | null;
}

/** Where the command line says, or else the configuration; a JSON file knows more than the journal. */
function findPlace(values: Values): AlertPlace | null {
  if (values.file !== undefined) return { file: values.file };
  if (values.journal) return { file: null };
  const { config } = loadConfig({ file: configPath(values.config), env: process.env });
  if (config === null) return null;
  const { file_output, journal_output, json_output } = config;
  const isJson = file_output.format === 'json' || (file_output.format === 'auto' && json_output);
  if (file_output.enabled && isJson) return { file: file_output.filename };
  return journal_output.enabled ? { file: null } : null;
}

async function show(place: AlertPlace, filter: Filter, values: Values, io: Io): Promise<void> {
  const json = values.json ?? false;
  const print = (alert: StoredAlert): void =>
    io.out(json ? `${printableJson(alert.json)}\n` : `${alertLine(alert)}\n`);
  const summary = values.summary ? new Summary() : null;
  const keep = values.lines === undefined ? (values.follow ? FOLLOW_LINES : null) : Number(values.lines);
  const last: StoredAlert[] = [];
  let strange = 0;
  const take = (lines: readonly string[], isNew: boolean): void => {
    for (const line of lines) {
      const alert = place.file === null ? alertOfEntry(line) : alertOfLine(line);
      // The journal also holds saker's own messages.
      if (alert === null) strange += place.file === null ? 0 : 1;
      else if (!filter.matches(alert)) continue;
      else if (summary !== null) summary.add(alert);
      else if (keep === null || isNew) print(alert);
      else if (keep > 0) {
        last.push(alert);
        // Now and then, not for each.
        if (last.length > 2 * keep) last.splice(0, last.length - keep);
      }
    }
  };
  const flush = (): void => {
    for (const alert of last.splice(0).slice(-(keep ?? 0))) print(alert);
  };
  if (place.file === null) await readJournal(filter, values.follow ? keep : null, take, flush);
  else await readFiles(place.file, filter, values.follow ?? false, take, flush);
  if (summary !== null) io.out(json ? `${printableJson(summary.json())}\n` : summary.text());
  if (strange > 0) io.err(`saker alerts: ${strange} lines are no alerts in JSON and were left out\n`);
}

type Take = (lines: readonly string[], isNew: boolean) => void;

async function readFiles(
  path: string,
  { sinceMs }: Filter,
  follow: boolean,
  take: Take,
  flush: () => void,
): Promise<void> {
  const files = await rotatedFiles(path, follow ? Number.NEGATIVE_INFINITY : sinceMs);
  if (files.length === 0 && !follow && !existsSync(path)) throw new Error('there is no such file');
  let end = 0;
  for (const file of files) {
    const lines = fileLines(file);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) {
        if (file === path) end = value;
        break;
      }
      take(value, false);
    }
  }
  flush();
  if (follow) for await (const lines of followFile(path, end)) take(lines, true);
}

async function readJournal(
  { sinceMs }: Filter,
  follow: number | null,
  take: Take,
  flush: () => void,
): Promise<void> {
  for await (const lines of journalLines({ sinceMs, follow })) take(lines, follow !== null);
  flush();
}

/** One line, whatever the alert quotes. */
function alertLine({ timeMs, priority, rule, message, containerName }: StoredAlert): string {
  const time = Number.isNaN(timeMs) ? '-'.padEnd(24) : new Date(timeMs).toISOString();
  const inside = containerName === '' || containerName === 'host' ? '' : ` [${containerName}]`;
  const text = printable(`${priority.padEnd(8)} ${rule}${inside}: ${message}`);
  return `${time} ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`;
}
