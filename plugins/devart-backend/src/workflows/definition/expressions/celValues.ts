import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { ExpressionError } from './ExpressionError';

/** How deep values may nest. */
const MAX_DEPTH = 64;

function tooDeep(): ExpressionError {
  return new ExpressionError(
    `must not nest deeper than ${MAX_DEPTH} levels of lists and maps`,
  );
}

/**
 * A JSON value as CEL knows it: whole numbers are `int`, others `double`, and
 * objects are maps, so that no name in them can reach a prototype.
 */
export function toCel(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    throw tooDeep();
  }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    // Not `map`: the library knows lists by the constructor of this realm.
    return Array.from(value, item => toCel(item, depth + 1));
  }
  if (typeof value === 'object' && value !== null) {
    const map = new Map<string, unknown>();
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) {
        map.set(key, toCel(item, depth + 1));
      }
    }
    return map;
  }
  return value;
}

/**
 * A value of CEL as JSON: timestamps become ISO 8601, durations `90s`, bytes
 * base64.
 *
 * @throws ExpressionError when JSON cannot hold it: numbers beyond 2^53, not-a-number, types.
 */
export function fromCel(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    throw tooDeep();
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return wholeNumber(value);
    case 'number':
      if (!Number.isFinite(value)) {
        throw new ExpressionError('comes to a number that is not finite');
      }
      return value;
    default:
      return value === null ? null : fromCelObject(value, depth);
  }
}

function wholeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new ExpressionError(
      `comes to ${value}, which JSON numbers cannot hold exactly; use string()`,
    );
  }
  return number;
}

function fromCelObject(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) {
    return value.map(item => fromCel(item, depth + 1));
  }
  if (value instanceof Map) {
    return fromEntries(value.entries(), depth);
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof UnsignedInt) {
    return wholeNumber(BigInt(value.valueOf()));
  }
  if (value instanceof Duration) {
    return value.toString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('base64');
  }
  if (
    typeof value === 'object' &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    return fromEntries(Object.entries(value as object), depth);
  }
  throw new ExpressionError('comes to something that is no JSON value');
}

function fromEntries(
  entries: Iterable<[unknown, unknown]>,
  depth: number,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    Object.defineProperty(object, String(key), {
      value: fromCel(item, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

/** What a value is, for messages: `text`, `a list`, … */
export function kindOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return 'text';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return 'a map';
    default:
      return 'a number';
  }
}
