/**
 * The value below which a share of the samples lies (nearest rank).
 *
 * @param share - from 0 to 1
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1];
}

/** Rounded to so many digits after the point. */
export function rounded(value: number, digits: number = 1): number {
  return Number(value.toFixed(digits));
}
