/** What was typed as a number, or what is wrong with it. */
export type ParsedNumber = { number: number } | { problem: string };

/** Reads a number as people type it, within bounds. */
export function parseNumber(
  typed: string,
  options: { min: number; max: number; isWhole?: boolean },
): ParsedNumber {
  const { min, max, isWhole = false } = options;
  const text = typed.trim();
  const number = Number(text);
  const isFine =
    text !== '' &&
    number >= min &&
    number <= max &&
    (!isWhole || Number.isInteger(number));
  return isFine
    ? { number }
    : {
        problem: `Must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}.`,
      };
}
