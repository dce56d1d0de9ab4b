/** The value below which a share (0 to 1) of sorted numbers lies, by the nearest-rank method; undefined without numbers. */
export function percentile(
  sorted: readonly number[],
  share: number,
): number | undefined {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1];
}
