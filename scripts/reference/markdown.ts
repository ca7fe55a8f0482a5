/** What the references need of Markdown. */

/** Text for a cell of a table; a bar would end the cell, a line break the row, and `<` begin HTML outside of code. */
export function cell(text: string): string {
  const parts = text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
    .split('`');
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replaceAll('<', '\\<'))).join('`');
}

export const code = (text: string): string => `\`${text}\``;

/** A table; the cells are escaped here. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `|${cells.map((text) => (text === '' ? ' ' : ` ${cell(text)} `)).join('|')}|`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A page: its blocks with an empty line between them. */
export function page(title: string, script: string, ...blocks: readonly string[]): string {
  const note = `Made by \`scripts/references.ts\` (${code(`scripts/reference/${script}`)}) from the source; do not edit.`;
  return `${[`# ${title}`, note, ...blocks].join('\n\n')}\n`;
}
