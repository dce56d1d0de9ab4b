import { z } from 'zod';

const NUL = '\u0000';
const LONE_SURROGATE =
  /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/;

/** What PostgreSQL can hold as text: no NUL character and no half of a surrogate pair. */
export function isStorableText(value: string): boolean {
  return !value.includes(NUL) && !LONE_SURROGATE.test(value);
}

/**
 * Text of one or several lines, at most `max` characters, that PostgreSQL can
 * store. White space around it is removed, and what remains has at least
 * `min` characters (0 by default).
 */
export function text(options: { min?: number; max: number }) {
  const { min = 0, max } = options;
  return z.string().trim().min(min).max(max).refine(isStorableText, {
    error: 'must be valid Unicode without NUL characters',
  });
}

/** Text kept exactly as it came, white space included: logs, errors, file contents. */
export function verbatim(options: { min?: number; max: number }) {
  const { min = 0, max } = options;
  return z.string().min(min).max(max).refine(isStorableText, {
    error: 'must be valid Unicode without NUL characters',
  });
}

const MAX_JSON_DEPTH = 32;

/**
 * Says what is wrong with a JSON value for storage, or undefined when nothing
 * is. Walks without recursion: the depth of the value is the caller's choice.
 */
function jsonProblem(root: unknown, maxBytes: number): string | undefined {
  const pending: { value: unknown; depth: number }[] = [
    { value: root, depth: 0 },
  ];
  while (pending.length > 0) {
    const { value, depth } = pending.pop()!;
    if (depth > MAX_JSON_DEPTH) {
      return `must not nest deeper than ${MAX_JSON_DEPTH} levels`;
    }
    if (typeof value === 'string') {
      if (!isStorableText(value)) {
        return 'must hold only valid Unicode without NUL characters';
      }
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) {
        return 'must hold only finite numbers';
      }
    } else if (Array.isArray(value)) {
      for (const item of value) {
        pending.push({ value: item, depth: depth + 1 });
      }
    } else if (value && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) {
        pending.push({ value: key, depth });
        pending.push({ value: item, depth: depth + 1 });
      }
    } else if (typeof value !== 'boolean' && value !== null) {
      return 'must be JSON';
    }
  }
  if (new TextEncoder().encode(JSON.stringify(root)).length > maxBytes) {
    return `must not exceed ${maxBytes} bytes as JSON`;
  }
  return undefined;
}

/** Whether a value is JSON that PostgreSQL can store, whatever its size. */
export function isJson(value: unknown): boolean {
  return jsonProblem(value, Infinity) === undefined;
}

/** A JSON object that PostgreSQL can store as `jsonb`, at most `maxBytes` when serialised. */
export function jsonObject(options: { maxBytes: number }) {
  return z.record(z.string(), z.unknown()).superRefine((value, context) => {
    const problem = jsonProblem(value, options.maxBytes);
    if (problem) {
      context.addIssue({ code: 'custom', message: problem });
    }
  });
}
