import type { Binding } from './Transaction';

/**
 * The assignments of an `update` that changes only what is given: `undefined`
 * stays, `null` is stored.
 *
 * @param values - by column
 * @returns undefined when there is nothing to change
 */
export function assignments(
  values: Readonly<Record<string, Binding>>,
): { sql: string; bindings: Binding[] } | undefined {
  const given = Object.entries(values).filter(
    ([, value]) => value !== undefined,
  );
  return given.length > 0
    ? {
        sql: given.map(([column]) => `${column} = ?`).join(', '),
        bindings: given.map(([, value]) => value),
      }
    : undefined;
}
