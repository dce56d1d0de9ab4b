import type { ProblemPath } from './formatPath';

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: ProblemPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) {
      return undefined;
    }
    current = Object.hasOwn(current, step)
      ? (current as Record<PropertyKey, unknown>)[step]
      : undefined;
  }
  return current;
}
