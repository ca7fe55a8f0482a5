import type { RuleItem } from './items.ts';

/** One entry of the configuration's `append_output`: what to add to which rules. */
export interface AppendOutput {
  /** Empty parts match every rule; all tags must be there. */
  readonly match?: { readonly rule?: string; readonly source?: string; readonly tags?: readonly string[] };
  /** Text with fields, added to the output behind a blank. */
  readonly extraOutput?: string;
  /** Further JSON fields: `name` as it is, or `key` with a format of its own. */
  readonly extraFields?: readonly (string | { readonly key: string; readonly format: string })[];
  /** False: leave out the fields that are suggested for every rule. Default true. */
  readonly suggestedOutput?: boolean;
}

/** The fields Falco suggests for every system call rule: they say in which container and pod it happened. */
export const SUGGESTED_FIELDS: readonly string[] = [
  'container.id',
  'container.name',
  'container.image.repository',
  'container.image.tag',
  'k8s.pod.name',
  'k8s.ns.name',
];

export interface ExtraField {
  readonly key: string;
  readonly format: string;
  /** The value keeps its type; otherwise the format makes text. */
  readonly raw: boolean;
}

export interface Extras {
  readonly output: string;
  readonly fields: readonly ExtraField[];
}

/**
 * The rule's output with everything appended that applies to it.
 * @param suggested fields that suit every system call rule, such as those of the container
 */
export function appendedOutput(
  rule: RuleItem,
  output: string,
  entries: readonly AppendOutput[],
  suggested: readonly string[],
): Extras {
  const applying = entries.filter((entry) => applies(entry, rule));
  const texts = applying.flatMap((entry) => entry.extraOutput ?? []);
  const fields = new Map<string, ExtraField>();
  for (const field of applying.flatMap((entry) => entry.extraFields ?? [])) {
    const extra: ExtraField =
      typeof field === 'string'
        ? { key: field, format: `%${field}`, raw: true }
        : { key: field.key, format: field.format, raw: false };
    fields.set(extra.key, extra);
  }
  const wanted = rule.source === 'syscall' && applying.every((entry) => entry.suggestedOutput !== false);
  const names = wanted ? suggested.map((name) => `${name.replaceAll('.', '_')}=%${name}`) : [];
  return { output: [output, ...texts, ...names].join(' '), fields: [...fields.values()] };
}

function applies({ match }: AppendOutput, rule: RuleItem): boolean {
  if (match === undefined) return true;
  if (match.source && match.source !== rule.source) return false;
  if (match.rule && match.rule !== rule.name) return false;
  return (match.tags ?? []).every((tag) => rule.tags.has(tag));
}
