/**
 * What a predicate that holds says about the name of the file that was opened. Falco's fields give the name in more than
 * one form; each of these is made of the same text: the absolute name in normal form.
 */
import type { NameTest } from '../../schema/open-guard.ts';
import type { Checked, TextPredicate } from '../condition/checked.ts';
import { fieldName } from './open-kinds.ts';

/** The name itself. Of an open fs.path.name is there only when it succeeded, and then the same. */
const NAME_FIELDS: ReadonlySet<string> = new Set(['fd.name', 'fs.path.name', 'evt.abspath']);

/** Whether the field tells of the name. */
export const isNameField = (field: string): boolean => NAME_FIELDS.has(field) || OTHERS.has(field);
const OTHERS: ReadonlySet<string> = new Set(['fd.directory', 'fd.filename', 'fd.nameraw']);

/** The name passes one of these when the predicate holds. Null: nothing is known. */
export function nameTestsOf(predicate: Checked): NameTest[] | null {
  if (predicate.kind !== 'text') return null;
  const field = fieldName(predicate.left) ?? '';
  // Of all operators here one literal at least holds when the predicate does, whatever its quantifier.
  if (NAME_FIELDS.has(field)) return each(predicate, ofName);
  // All before the last slash, or the whole name of a directory: in either case how the name begins.
  return field === 'fd.directory' ? each(predicate, ofDirectory) : null;
}

function each(
  { values, op }: TextPredicate,
  test: (op: string, text: string) => NameTest | null,
): NameTest[] | null {
  const tests = values.map((text) => test(op, text));
  return tests.every((one) => one !== null) ? tests : null;
}

const beginning = (text: string): NameTest => ({ text, exact: false });

function ofName(op: string, text: string): NameTest | null {
  switch (op) {
    case 'eq':
    case 'in':
    case 'intersects':
      return { text, exact: true };
    case 'startswith':
      return beginning(text);
    case 'pmatch':
      return beginning(aboveGlobs(text));
    case 'glob':
      return beginning(text.replace(/[*?[\\].*$/s, ''));
    default:
      return null;
  }
}

function ofDirectory(op: string, text: string): NameTest | null {
  const test = ofName(op, text);
  return test === null ? null : beginning(test.text);
}

/** `pmatch` compares by component and takes globs for components; empty ones do not count. */
function aboveGlobs(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const glob = parts.findIndex((part) => /[*?[\\]/.test(part));
  return `/${(glob < 0 ? parts : parts.slice(0, glob)).join('/')}`;
}
