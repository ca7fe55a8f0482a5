import type { Alert, AlertValue } from './alert.ts';

/**
 * Texts with an alert's parts in them: `{{ rule }}`, `{{ fields.proc.name }}`. The forms of Falcosidekick's templates
 * that only name a part mean the same: `{{ .Rule }}`, `{{ index .OutputFields "proc.name" }}`.
 */
export interface Template {
  /** @param quote what the surroundings need; it gets each inserted text, never the template's own */
  render(alert: Alert, quote: (text: string) => string): string;
}

const PARTS: Readonly<Record<string, (alert: Alert) => string>> = {
  rule: (a) => a.rule,
  priority: (a) => a.priority,
  output: (a) => a.output,
  hostname: (a) => a.hostname,
  source: (a) => a.source,
  time: (a) => new Date(Number(a.timeNs / 1_000_000n)).toISOString(),
  tags: (a) => a.tags.join(', '),
};

/** The template, or what is wrong with it. */
export function compileTemplate(
  text: string,
): Template | { readonly wrong: string; readonly advice: string } {
  const pieces: (string | ((alert: Alert) => string))[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{(.*?)\}\}/gs)) {
    const part = partOf((match[1] ?? '').trim());
    if (part === null) {
      const advice = `write one of ${Object.keys(PARTS).join(', ')} or fields.NAME between the braces`;
      return { wrong: `${match[0]} is no part of an alert`, advice };
    }
    pieces.push(text.slice(at, match.index), part);
    at = match.index + match[0].length;
  }
  pieces.push(text.slice(at));
  return {
    render: (alert, quote) =>
      pieces.map((piece) => (typeof piece === 'string' ? piece : quote(piece(alert)))).join(''),
  };
}

function partOf(name: string): ((alert: Alert) => string) | null {
  const simple = /^\.?([A-Za-z]+)$/.exec(name)?.[1]?.toLowerCase();
  if (simple !== undefined && Object.hasOwn(PARTS, simple)) return PARTS[simple] ?? null;
  const field =
    /^fields\.([\w.[\]-]+)$/.exec(name)?.[1] ?? /^index \.OutputFields "([^"]+)"$/.exec(name)?.[1];
  return field === undefined ? null : (alert) => textOf(alert.fields[field] ?? null);
}

/** A field's value as text; what the event has not is empty. */
export function textOf(value: AlertValue): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.map(textOf).join(', ') : String(value);
}
