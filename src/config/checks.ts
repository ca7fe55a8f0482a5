import { parseAddress } from '../base/address.ts';
import type { Problem } from '../base/errors.ts';
import { compileTemplate } from '../base/template.ts';
import { type Path, placeOf } from './place.ts';
import type { Config } from './schema.ts';
import { REQUIRED } from './targets.ts';
import { type MapTree, problemAt } from './tree.ts';

type Kind = keyof typeof REQUIRED;

// Outputs that are no targets; a name is also a folder of the spool.
const TAKEN = ['canary', 'file', 'http', 'journal', 'program', 'stdout', 'syslog'];

/** Mistakes that no single key shows: an output without its destination, two of one name. */
export function checkConfig(config: Config, tree: MapTree): Problem[] {
  const problems: Problem[] = [];
  const add = (path: Path, what: string, advice: string): void => {
    // Without the line: it may hold a token.
    const place = { ...placeOf(tree, path), source: undefined };
    problems.push(problemAt('SAKER_E_CONFIG_VALUE', place, `${dotted(path)} ${what}`, advice));
  };
  checkOutputs(config, add);
  checkTargets(config, add);
  if (config.engine.kind === 'replay' && config.engine.replay.capture_file === '')
    add(['engine', 'replay', 'capture_file'], 'is empty', 'name the .scap file to replay');
  const { actions } = config.syscall_event_drops;
  if (actions.includes('ignore') && actions.length > 1)
    add(
      ['syscall_event_drops', 'actions'],
      'has ignore beside others',
      'write ignore alone, or leave it out',
    );
  return problems;
}

type Add = (path: Path, what: string, advice: string) => void;

function checkOutputs({ program_output, http_output, syslog_output }: Config, add: Add): void {
  if (program_output.enabled && program_output.program.trim() === '')
    add(['program_output', 'program'], 'is empty', 'write a shell command, or switch the output off');
  if (http_output.enabled) checkUrl(['http_output', 'url'], http_output.url, add);
  const { enabled, protocol, address } = syslog_output;
  if (enabled && protocol !== 'local' && parseAddress(address, 1) === null)
    add(['syslog_output', 'address'], 'is no address', 'write host:port, for instance log.example:6514');
}

function checkTargets({ targets }: Config, add: Add): void {
  const names = new Set(TAKEN);
  for (const [i, target] of targets.entries()) {
    const kinds = (Object.keys(REQUIRED) as Kind[]).filter((kind) => target[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      add(
        ['targets', i],
        'must name one kind',
        `write - KIND: {...}, with one of ${Object.keys(REQUIRED).join(', ')}`,
      );
      continue;
    }
    const section = target[kind];
    const name = section?.name || kind;
    const at = ['targets', i, kind];
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
      add([...at, 'name'], `is "${name}"`, 'use small letters, digits, - and _');
    if (names.has(name))
      add([...at, 'name'], `is "${name}", as that of another output`, 'give each target a name of its own');
    names.add(name);
    checkTarget(target, kind, at, add);
  }
}

function checkTarget(target: Config['targets'][number], kind: Kind, at: Path, add: Add): void {
  const key = REQUIRED[kind];
  const value = (target[kind] as unknown as Record<string, string>)[key] ?? '';
  if (key !== 'routingkey') checkUrl([...at, key], value, add);
  else if (value === '') add([...at, key], 'is empty', 'write the integration key, or credential:NAME');
  const templates = { messageformat: target.slack?.messageformat, body: target.webhook?.body };
  for (const [name, text] of Object.entries(templates)) {
    const compiled = compileTemplate(text ?? '');
    if ('wrong' in compiled) add([...at, name], `is no template: ${compiled.wrong}`, compiled.advice);
  }
}

/** The value is not shown: with many services it is the token. */
function checkUrl(path: Path, value: string, add: Add): void {
  if (/^(file|credential):./.test(value) || (URL.canParse(value) && /^https?:\/\//i.test(value))) return;
  const what = value === '' ? 'is empty' : 'is no address of the web';
  add(path, what, 'write http://… or https://…, or file:PATH or credential:NAME of where it stands');
}

function dotted(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}
