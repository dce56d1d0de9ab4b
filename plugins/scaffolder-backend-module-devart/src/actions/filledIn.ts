/** An input without the fields of a form that were left empty. */
export function filledIn<T extends object>(input: T): T {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== ''),
  ) as T;
}
