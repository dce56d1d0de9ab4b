function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * Says where an edited value has another shape than the original, or undefined
 * when it has not: the same keys, the same JSON types. A list may get longer
 * and shorter; each of its items has the shape of one of the original's, and a
 * list that was empty stays so.
 */
export function shapeProblem(
  original: unknown,
  edited: unknown,
  path: string,
): string | undefined {
  const type = typeOf(original);
  if (typeOf(edited) !== type) {
    return `${path}: must be ${type} as it was, not ${typeOf(edited)}`;
  }
  if (Array.isArray(original)) {
    const items = edited as unknown[];
    const wrong = items.findIndex(
      item =>
        !original.some(one => shapeProblem(one, item, path) === undefined),
    );
    return wrong < 0
      ? undefined
      : `${path}.${wrong}: must be like one of the items that were there`;
  }
  if (type !== 'object' || original === null) {
    return undefined;
  }
  const before = original as Record<string, unknown>;
  const after = edited as Record<string, unknown>;
  const missing = Object.keys(before).find(key => !Object.hasOwn(after, key));
  if (missing !== undefined) {
    return `${path}.${missing}: must be there as it was`;
  }
  for (const [key, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, key)) {
      return `${path}.${key}: was not there; accepted are ${Object.keys(before).join(', ') || 'no keys'}`;
    }
    const problem = shapeProblem(before[key], value, `${path}.${key}`);
    if (problem) {
      return problem;
    }
  }
  return undefined;
}
