/** Choices of something that narrows a list: all, or one of some values. */
export function allOr<T extends string>(
  values: readonly T[],
  wordOf: (value: T) => string,
): { value: T | ''; label: string }[] {
  return [
    { value: '', label: 'All' },
    ...values.map(value => ({ value, label: wordOf(value) })),
  ];
}
