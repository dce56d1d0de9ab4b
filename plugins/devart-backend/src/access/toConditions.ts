import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import { Conditions } from '../database/Conditions';

/** Joins conditions with a word; `otherwise` where there are none. */
function join(
  parts: readonly Conditions[],
  word: 'and' | 'or',
  otherwise: 'true' | 'false',
): Conditions {
  if (parts.length === 0) {
    return new Conditions().add(otherwise);
  }
  return new Conditions().add(
    `(${parts.map(part => `(${part.sql})`).join(` ${word} `)})`,
    ...parts.flatMap(part => part.bindings),
  );
}

/**
 * What a policy demands of an object, as one condition. A column without a value
 * meets no demand: `not` is true where what it denies is unknown.
 */
export function toConditions<T extends object>(
  criteria: PermissionCriteria<T>,
  conditionOf: (demand: T) => Conditions,
): Conditions {
  const inner = (some: readonly PermissionCriteria<T>[]) =>
    some.map(one => toConditions(one, conditionOf));
  if ('allOf' in criteria) {
    return join(inner(criteria.allOf), 'and', 'true');
  }
  if ('anyOf' in criteria) {
    return join(inner(criteria.anyOf), 'or', 'false');
  }
  if ('not' in criteria) {
    const denied = toConditions(criteria.not, conditionOf);
    return new Conditions().add(
      `((${denied.sql}) is not true)`,
      ...denied.bindings,
    );
  }
  return conditionOf(criteria);
}
