/** A limit in words. */
export function limitWords(
  limitMicros: number | undefined,
  money: (micros: number) => string,
): string {
  if (limitMicros === undefined) {
    return 'unlimited';
  }
  return limitMicros === 0 ? 'nothing' : money(limitMicros);
}
