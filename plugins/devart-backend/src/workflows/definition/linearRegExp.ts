import type { RegExpEngine } from 'ajv/dist/types';
import { RE2JS } from 're2js';

/**
 * Regular expressions that take time in proportion to what they look at. The
 * engine of Node.js tries one way after the other, and for some patterns their
 * number doubles with each character: one such pattern of a workflow and one
 * value of a caller would stop the process.
 *
 * @throws Error where a pattern needs what cannot be had in linear time: it
 * looks ahead or behind, or refers back to what it found.
 */
export const linearRegExp: RegExpEngine = Object.assign(
  (pattern: string) => RE2JS.compile(RE2JS.translateRegExp(pattern)),
  // For validators that are written to files, which none here is.
  { code: 'linearRegExp' },
);
