/** The journal, through journalctl: its files have no other stable reader. */
import { spawn } from 'node:child_process';
import { LineSplitter } from './lines.ts';

export interface JournalQuestion {
  /** -Infinity: from the beginning. */
  readonly sinceMs: number;
  /** Entries to begin with, then those that come; null: all there are, then the end. */
  readonly follow: number | null;
}

/**
 * Entries with saker's identifier, as JSON lines, and only root's: everybody may write to the journal, with any field
 * but those that begin with _ (systemd.journal-fields(7)). Arguments are built from numbers alone.
 * @throws with journalctl's own words
 */
export async function* journalLines({ sinceMs, follow }: JournalQuestion): AsyncGenerator<string[]> {
  // --all: without it, journalctl leaves out values above 4 KiB.
  const args = ['--identifier=saker', '--output=json', '--all', '--no-pager', '--quiet'];
  // A second earlier: the entry was written after its event, but the clock may have been set.
  if (Number.isFinite(sinceMs)) args.push(`--since=@${Math.floor(sinceMs / 1000) - 1}`);
  if (follow !== null) args.push('--follow', `--lines=${Number.isFinite(sinceMs) ? 'all' : follow}`);
  args.push('_UID=0');
  const child = spawn('journalctl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 2000);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`journalctl: ${error.message}`));
    child.once('close', (code) =>
      resolve(code === 0 ? null : said.trim() || `journalctl ended with code ${code}`),
    );
  });
  const splitter = new LineSplitter();
  try {
    for await (const chunk of child.stdout) yield splitter.push(chunk);
    const error = await ended;
    if (error !== null) throw new Error(error);
  } finally {
    child.kill();
  }
}
