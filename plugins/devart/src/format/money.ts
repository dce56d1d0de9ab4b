/**
 * An amount in millionths of the currency, as people write amounts: `0`,
 * `0.0042`, `12.50`. Which currency it is stands beside it, if anywhere.
 */
export function money(micros: number): string {
  const amount = micros / 1_000_000;
  if (amount === 0) {
    return '0';
  }
  return amount.toLocaleString(
    undefined,
    Math.abs(amount) < 0.1
      ? { maximumSignificantDigits: 2 }
      : { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  );
}
