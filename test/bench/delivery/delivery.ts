/** What delivery sustains: alerts a second to the file, and a server that is away for long. */
import { parseArgs } from 'node:util';
import { measureFile } from './file.ts';
import { measureKills } from './kill.ts';
import { measureOutage } from './outage.ts';

const USAGE = `usage: test/bench/delivery/run file [RATE...] | outage | kill [ROUNDS]

  file [RATE...]  alerts from a thread like the engine's to a JSON file, at each rate a second (default 20000 40000)
                  for --seconds (30); exit status 1 when one was lost
  outage          a server that is away for --seconds (600) while --rate (50) alerts a second come, and then returns;
                  exit status 1 when an alert is missing or out of order

  kill [ROUNDS]   kill -9 at that many random moments (100), of processes that write alerts and that deliver them;
                  exit status 1 when a spooled alert is lost or damaged

  --seconds N, --rate N
`;

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      rate: { type: 'string', default: '50' },
      help: { type: 'boolean', default: false },
    },
  });
  const [what, ...rates] = positionals;
  if (what === 'file') {
    const seconds = Number(values.seconds ?? 30);
    for (const rate of rates.length === 0 ? [20_000, 40_000] : rates.map(Number))
      if (!(await measureFile(rate, seconds))) return false;
    return true;
  }
  if (what === 'outage') return measureOutage(Number(values.seconds ?? 600), Number(values.rate));
  if (what === 'kill') return measureKills(Number(rates[0] ?? 100));
  process.stdout.write(USAGE);
  return values.help;
}

process.exitCode = (await main()) ? 0 : 1;
