import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@marcbachmann/cel-js';
import { fromCel, kindOf, toCel } from './celValues';
import { ExpressionError } from './ExpressionError';
import { textOf } from './textOf';

/** The most values that `format` puts into its text. */
const MAX_FORMAT_VALUES = 9;

function contains(container: unknown, part: unknown): boolean {
  if (typeof container === 'string') {
    return container.includes(textOf(fromCel(part)));
  }
  if (Array.isArray(container)) {
    const wanted = fromCel(part);
    return container.some(item => isDeepStrictEqual(fromCel(item), wanted));
  }
  throw new ExpressionError(
    `contains() needs text or a list to look into, not ${kindOf(fromCel(container))}`,
  );
}

function join(items: unknown, separator = ','): string {
  if (!Array.isArray(items)) {
    throw new ExpressionError(
      `join() needs a list, not ${kindOf(fromCel(items))}`,
    );
  }
  return items.map(item => textOf(fromCel(item))).join(separator);
}

function format(pattern: string, ...values: unknown[]): string {
  return pattern.replace(/\{\{|\}\}|\{(\d+)\}/g, (match, index?: string) => {
    if (index === undefined) {
      return match[0];
    }
    if (Number(index) >= values.length) {
      throw new ExpressionError(
        `format() has no value for {${index}}; it was given ${values.length}, counted from {0}`,
      );
    }
    return textOf(fromCel(values[Number(index)]));
  });
}

function fromJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExpressionError('fromJSON() was given text that is no JSON');
  }
  return toCel(value);
}

function arithmetic(calculate: (left: number, right: number) => number) {
  return (left: bigint | number, right: bigint | number) =>
    calculate(Number(left), Number(right));
}

const MIXED_ARITHMETIC = {
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
};

/**
 * Adds to CEL what people know from GitHub Actions, and arithmetic between
 * `int` and `double`: JSON does not tell `1` from `1.0`, so whoever wrote a
 * number cannot be expected to.
 */
export function registerFunctions(environment: Environment): void {
  environment
    .registerFunction('contains(dyn, dyn): bool', contains)
    .registerFunction(
      'startsWith(string, string): bool',
      (text: string, start: string) => text.startsWith(start),
    )
    .registerFunction(
      'endsWith(string, string): bool',
      (text: string, end: string) => text.endsWith(end),
    )
    .registerFunction('join(dyn): string', (items: unknown) => join(items))
    .registerFunction('join(dyn, string): string', join)
    .registerFunction('toJSON(dyn): string', (value: unknown) =>
      JSON.stringify(fromCel(value)),
    )
    .registerFunction('fromJSON(string): dyn', fromJson);
  for (let count = 0; count <= MAX_FORMAT_VALUES; count++) {
    const types = ['string', ...Array<string>(count).fill('dyn')].join(', ');
    environment.registerFunction(`format(${types}): string`, format);
  }
  for (const [operator, calculate] of Object.entries(MIXED_ARITHMETIC)) {
    environment
      .registerOperator(`int ${operator} double: double`, calculate)
      .registerOperator(`double ${operator} int: double`, calculate);
  }
}
