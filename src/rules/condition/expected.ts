/** Lists of what could have stood in a place, as messages show them. */
import { LIST_OPS, NUMBER_OPS, STRING_OPS } from './ast.ts';

const quoteAll = (tokens: readonly string[]) => tokens.map((token) => `'${token}'`).join(', ');
export const ALL_OPS = quoteAll(['exists', ...NUMBER_OPS, ...STRING_OPS, ...LIST_OPS]);
export const TRANSFORM_LIST = quoteAll([
  'val',
  'tolower',
  'toupper',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
]);
