/** `saker top`: what each rule costs and finds, which events come, and what is lost; live in a terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONTROL_SOCKET } from '../agent/control.ts';
import type { TopSample } from '../agent/top.ts';
import { EXIT_CODE } from '../base/errors.ts';
import { printable, printableJson } from '../base/printable.ts';
import { askAgent, explainNoAnswer, whyNoAnswer } from './agent-client.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';
import { openScreen } from './terminal.ts';
import { SORTS, type Sort, topLines } from './top-view.ts';

const USAGE = `usage: saker top [--sort ${SORTS.join('|')}] [--interval SECONDS] [--once] [--json]`;
const HELP = 'keys: t time, e evaluated, a alerts, n name, q quit';
const KEYS: Readonly<Record<string, Sort>> = { t: 'time', e: 'evaluated', a: 'alerts', n: 'name' };

interface TopOptions {
  readonly sort: Sort;
  readonly intervalMs: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** Without a terminal it prints once, as with --once. --json prints the totals, a line for each sample. */
export async function topCommand(args: readonly string[], io: Io, socket = CONTROL_SOCKET): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    io.err(`saker top: ${printable(options)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const sample = async (): Promise<TopSample> => JSON.parse(await askAgent(socket, '/top'));
  try {
    if (options.json) return await printSamples(sample, options, io);
    if (options.once || !process.stdout.isTTY) return await printOnce(sample, options, io);
    // An agent that is not there is told at once and not on a screen.
    return await live(await sample(), sample, options, io, socket);
  } catch (error) {
    return explainNoAnswer(error as NodeJS.ErrnoException, socket, io);
  }
}

function readOptions(args: readonly string[]): TopOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: OPTIONS.top,
    });
    const sort = SORTS.find((one) => one === values.sort);
    if (sort === undefined) return `--sort is one of ${SORTS.join(', ')}`;
    const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(values.interval) ? Number(values.interval) : 0;
    if (seconds < 0.1) return '--interval takes seconds, 0.1 to 9999';
    return { sort, intervalMs: seconds * 1000, once: values.once, json: values.json };
  } catch (error) {
    return (error as Error).message;
  }
}

async function printSamples(sample: () => Promise<TopSample>, options: TopOptions, io: Io): Promise<number> {
  for (;;) {
    io.out(`${printableJson(JSON.stringify(await sample()))}\n`);
    if (options.once) return 0;
    await sleep(options.intervalMs);
  }
}

async function printOnce(
  sample: () => Promise<TopSample>,
  { sort, intervalMs }: TopOptions,
  io: Io,
): Promise<number> {
  const before = await sample();
  await sleep(intervalMs);
  const lines = topLines(before, await sample(), { sort, rows: null, columns: null, note: '' });
  io.out(`${lines.join('\n')}\n`);
  return 0;
}

async function live(
  first: TopSample,
  sample: () => Promise<TopSample>,
  { sort: firstSort, intervalMs }: TopOptions,
  io: Io,
  socket: string,
): Promise<number> {
  let [before, now]: [TopSample | null, TopSample] = [null, first];
  let [sort, note] = [firstSort, HELP];
  const end = new AbortController();
  const draw = (): void => screen.draw(topLines(before, now, { sort, note, ...screen.size() }));
  const screen = openScreen(io.out, process.env, {
    key: (key) => {
      sort = (Object.hasOwn(KEYS, key) ? KEYS[key] : undefined) ?? sort;
      draw();
    },
    resized: draw,
    quit: () => end.abort(),
  });
  while (!end.signal.aborted) {
    draw();
    await sleep(intervalMs, undefined, { signal: end.signal }).catch(() => {});
    if (end.signal.aborted) break;
    try {
      [before, now] = [now, await sample()];
      note = HELP;
    } catch (error) {
      // It may be restarted at this moment.
      note = whyNoAnswer(error as NodeJS.ErrnoException, socket).text;
    }
  }
  screen.close();
  return 0;
}
