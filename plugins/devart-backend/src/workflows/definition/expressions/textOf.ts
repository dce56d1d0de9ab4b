/** A JSON value as it stands in the middle of a text: null is nothing, lists and maps are JSON. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
