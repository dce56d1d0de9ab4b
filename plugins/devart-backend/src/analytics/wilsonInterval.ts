/**
 * Where the share lies of which so many of so many were seen (E. B. Wilson:
 * Probable Inference, the Law of Succession, and Statistical Inference, 1927).
 *
 * @param z - of the standard normal distribution: 1.96 for 95 of 100
 */
export function wilsonInterval(
  seen: number,
  of: number,
  z: number,
): { low: number; high: number } {
  const share = seen / of;
  const centre = share + (z * z) / (2 * of);
  const spread =
    z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return {
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
  };
}
