/** How man(7) spells text, and Markdown and commented YAML in it. */

/** A line that man(7) does not take for a request of its own, with its backslashes, hyphens and quotes as they are. */
export function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Code in bold, links as their text. */
export function inline(text: string): string {
  const parts = text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('`')
    .map(plain);
  const marked = parts.map((part, i) => (i % 2 === 1 ? `\\fB${part}\\fR` : part.replaceAll('**', '')));
  return marked.join('');
}

const bare = (text: string): string => inline(text).replaceAll(/\\f[BR]/g, '');

export const verbatim = (lines: readonly string[]): string[] => ['.PP', '.nf', ...lines.map(plain), '.fi'];

/** A term and what it means. */
export const term = (name: string, meaning: string): string[] => ['.TP', `.B ${bare(name)}`, inline(meaning)];

export const heading = (text: string): string => `.SS ${bare(text)}`;

/** The rows of a table of two columns or more as terms and what they mean. */
function table(lines: readonly string[]): string[] {
  const rows = lines
    .filter((line) => !/^\|[-| :]+\|$/.test(line))
    .slice(1)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
  return rows.flatMap(([name = '', ...rest]) => {
    const meaning = rest.filter((cell) => cell !== '').join('; ');
    return term(name, meaning);
  });
}

/** Blocks of Markdown: what empty lines part, but for those in code. */
function blocksOf(text: string): string[] {
  return (text.trim().match(/```[\s\S]*?```|(?:(?!```)[^\n]+\n?)+/g) ?? []).map((block) => block.trimEnd());
}

/** The part of Markdown that the pages use: headings, paragraphs, tables, lists, code. */
export function fromMarkdown(text: string): string[] {
  return blocksOf(text).flatMap((block) => {
    const lines = block.split('\n');
    if (block.startsWith('# ')) return [];
    if (block.startsWith('## ')) return [heading(block.slice(3))];
    if (block.startsWith('|')) return table(lines);
    if (block.startsWith('```')) return verbatim(lines.slice(1, -1));
    if (block.startsWith('- '))
      return block
        .slice(2)
        .split('\n- ')
        .flatMap((item) => ['.IP \\(bu 2', inline(item.replaceAll(/\n\s*/g, ' '))]);
    return ['.PP', inline(lines.join(' '))];
  });
}

/** Comments that say something as text; keys, commented out or not, as they are. */
export function fromYaml(text: string): string[] {
  const sections = text.split(/^# -{20,} (.*)$/m);
  const out = describe(sections[0] ?? '');
  for (let i = 1; i < sections.length; i += 2)
    out.push(`.SH ${plain(sections[i]!.toUpperCase())}`, ...describe(sections[i + 1] ?? ''));
  return out;
}

function describe(text: string): string[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .filter((block) => block !== '')
    .flatMap((block) => {
      const lines = block.split('\n');
      const keys = lines.findIndex((line) => !line.startsWith('# ') && line !== '#');
      const said = keys < 0 ? lines : lines.slice(0, keys);
      const list = said.findIndex((line) => line.startsWith('#   '));
      const prose = list < 0 ? said : said.slice(0, list);
      const words = prose.map((line) => line.slice(2)).join(' ');
      return [
        ...(words === '' ? [] : ['.PP', inline(words)]),
        ...(list < 0 ? [] : verbatim(said.slice(list).map((line) => line.slice(2)))),
        ...(keys < 0 ? [] : verbatim(lines.slice(keys))),
      ];
    });
}

/** A whole page; behind a heading a paragraph begins by itself. */
export function page(name: string, section: number, about: string, body: readonly string[]): string {
  const title = `.TH ${name.toUpperCase()} ${section} "" saker "${section === 8 ? 'System administration' : 'Saker'}"`;
  const lines = body.filter((line, at) => line !== '.PP' || !/^\.S[HS] /.test(body[at - 1] ?? ''));
  return `${[title, '.SH NAME', `${plain(name)} \\- ${about}`, ...lines].join('\n')}\n`;
}

export function seeAlso(...pages: readonly (readonly [string, number])[]): string[] {
  const lines = pages.map(
    ([name, section], at) => `.BR ${name} (${section})${at < pages.length - 1 ? ',' : ''}`,
  );
  return ['.SH SEE ALSO', ...lines];
}
