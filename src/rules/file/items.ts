import { PRIORITIES, type Priority } from '../../base/alert.ts';
import type { Context } from './context.ts';
import type { YamlScalar } from './yaml-nodes.ts';

/** Any case; `info` is the only short form Falco takes. */
export function parsePriority(text: string): Priority | null {
  const lower = text.toLowerCase();
  if (lower === 'info') return 'Informational';
  return PRIORITIES.find((priority) => priority.toLowerCase() === lower) ?? null;
}

/** A piece of text and the scalar it was written in; appends make a text of several pieces. */
export interface TextPiece {
  readonly text: string;
  readonly node: YamlScalar;
  readonly file: string;
}

/** When an item was first defined (its place) and last touched (what it can see). */
interface Ordered {
  index: number;
  visibility: number;
}

export interface ListItem extends Ordered {
  readonly name: string;
  readonly context: Context;
  readonly items: string[];
}

export interface MacroItem extends Ordered {
  readonly name: string;
  readonly context: Context;
  readonly conditionContext: Context;
  readonly condition: TextPiece[];
}

export type ExceptionEntry = string | readonly ExceptionEntry[];

export interface ExceptionItem {
  readonly name: string;
  readonly context: Context;
  readonly fields: ExceptionEntry | null;
  readonly comps: ExceptionEntry | null;
  /** Grows with appends. */
  readonly values: ExceptionEntry[];
}

export interface RuleItem extends Ordered {
  readonly name: string;
  readonly context: Context;
  readonly conditionContext: Context;
  readonly outputContext: Context;
  source: string;
  unknownSource: boolean;
  condition: TextPiece[];
  output: TextPiece[];
  desc: string;
  priority: Priority;
  tags: Set<string>;
  exceptions: ExceptionItem[];
  enabled: boolean;
  capture: boolean;
  captureDuration: number;
  warnEvttypes: boolean;
  skipIfUnknownFilter: boolean;
}

/** The changes of one `append` or `override` item; an absent key leaves the rule's value. */
export interface RuleUpdate {
  readonly name: string;
  readonly context: Context;
  source: string;
  condition?: TextPiece;
  output?: TextPiece;
  desc?: string;
  tags?: Set<string>;
  exceptions?: readonly ExceptionItem[];
  priority?: Priority;
  enabled?: boolean;
  capture?: boolean;
  captureDuration?: number;
  warnEvttypes?: boolean;
  skipIfUnknownFilter?: boolean;
}

export interface Requirement {
  readonly name: string;
  readonly version: string;
}

/** The first entry is the one asked for, the others will do as well. */
export interface PluginRequirement {
  readonly context: Context;
  readonly alternatives: readonly Requirement[];
}

export const joinText = (pieces: readonly TextPiece[]): string => pieces.map((piece) => piece.text).join(' ');

/** How an item is named among those whose definition is wrong. */
export const brokenKey = (kind: 'list' | 'macro' | 'rule', name: string): string => `${kind} ${name}`;
