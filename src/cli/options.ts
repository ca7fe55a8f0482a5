import { PRIORITIES } from '../base/alert.ts';
import { SORTS } from './top-view.ts';

/**
 * The options of each command, but for those of `run`, which are Falco's (run.ts). One table: `parseArgs` reads it as it
 * is, and shell completions and the manual are made from it (scripts/command-line.ts).
 */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly default?: string | boolean;
  /** What it does, for a list of options. */
  readonly about: string;
  /** What its value may be; left out where it is free text. */
  readonly takes?: 'file' | readonly string[];
}

const JSON_OUTPUT = { type: 'boolean', about: 'print JSON' } as const;
const COMPAT = {
  type: 'string',
  about: 'read rules as saker or exactly as falco does',
  takes: ['saker', 'falco'],
} as const;
const CONFIG = { type: 'string', short: 'c', about: 'configuration to read', takes: 'file' } as const;

export const OPTIONS = {
  check: {
    json: { type: 'boolean', about: "print Falco's load results as JSON" },
    compat: { ...COMPAT, takes: ['falco'] },
  },
  rules: {
    rule: { type: 'string', about: 'describe this rule alone' },
    plan: { type: 'boolean', about: 'tell what of each rule the kernel decides' },
    json: JSON_OUTPUT,
    compat: COMPAT,
    config: CONFIG,
    option: { type: 'string', short: 'o', multiple: true, about: 'override one key of the configuration' },
  },
  fields: {
    json: JSON_OUTPUT,
    names: { type: 'boolean', short: 'N', about: 'print names alone' },
    format: {
      type: 'string',
      default: 'text',
      about: 'form of the list',
      takes: ['text', 'markdown', 'json'],
    },
  },
  try: {
    events: { type: 'string', about: 'events, one JSON object of field and value a line', takes: 'file' },
    expressions: { type: 'string', about: 'conditions, one a line', takes: 'file' },
    compat: COMPAT,
    json: { type: 'boolean', about: 'print one JSON line for each condition' },
  },
  test: {
    coverage: { type: 'boolean', about: 'list rules and comparisons that no test decided' },
    json: JSON_OUTPUT,
    junit: { type: 'string', about: 'also write the results as XML for build servers', takes: 'file' },
  },
  status: { json: JSON_OUTPUT },
  top: {
    sort: {
      type: 'string',
      default: 'time',
      about: 'order of the rules',
      takes: SORTS,
    },
    interval: { type: 'string', default: '2', about: 'seconds from one look to the next' },
    once: { type: 'boolean', default: false, about: 'print once' },
    json: { type: 'boolean', default: false, about: 'print a line of totals every interval' },
  },
  alerts: {
    since: { type: 'string', about: 'not before: 15m, 2h, 3d, today, 14:30, 2026-01-31 14:30' },
    until: { type: 'string', about: 'not after' },
    priority: { type: 'string', about: 'this severe or more', takes: PRIORITIES },
    rule: { type: 'string', about: 'part of the name of the rule, or all of it with * and ?' },
    tag: { type: 'string', about: 'with this tag' },
    container: { type: 'string', about: 'name of the container, or the beginning of its id' },
    grep: { type: 'string', about: 'regular expression on the text' },
    follow: { type: 'boolean', short: 'f', about: 'go on with new ones' },
    lines: { type: 'string', short: 'n', about: 'the last ones only, so many' },
    summary: { type: 'boolean', about: 'how many of each rule' },
    json: { type: 'boolean', about: 'print each alert as it was stored' },
    file: { type: 'string', about: 'alerts file to read', takes: 'file' },
    journal: { type: 'boolean', about: 'read the journal' },
    config: CONFIG,
  },
  doctor: { config: CONFIG, json: JSON_OUTPUT },
  support: { config: CONFIG },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Option>>>>;
