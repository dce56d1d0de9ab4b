/**
 * Older spellings of priorities. Numbers run from 1 to 5 with 5 the most
 * urgent; capital letters are accepted everywhere.
 */
const ALIASES: Record<string, string> = {
  '5': 'critical',
  '4': 'high',
  '3': 'medium',
  '2': 'low',
  '1': 'low',
};

/** Turns an older spelling into the canonical one; leaves everything else alone. */
export function priorityFromAlias(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return value;
  }
  const word = String(value).toLowerCase();
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : word;
}
