import type { Predicate } from '../condition/checked.ts';

/** Text that two predicates share exactly when they mean the same. */
export function predicateKey(predicate: Predicate): string {
  return JSON.stringify(predicate, (key, value) => {
    if (key === 'span') return undefined;
    if (key === 'field') return value.name;
    return plainJson(value);
  });
}

/** The same without the field asked: one atom serves proc.name and proc.pname. */
export function questionKey(predicate: Predicate): string {
  return JSON.stringify(predicate, (key, value) => {
    if (key === 'span' || key === 'uses') return undefined;
    return plainJson(value);
  });
}

function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? [...value] : value;
}
