/**
 * The quantile of Student's t distribution from that of the normal distribution
 * (M. Abramowitz, I. A. Stegun: Handbook of Mathematical Functions, 26.7.5). Up
 * to 97.5 % it is right to three digits from five degrees of freedom on.
 *
 * @param z - the same quantile of the standard normal distribution
 */
export function studentQuantile(z: number, degrees: number): number {
  const z3 = z ** 3;
  const z5 = z ** 5;
  const z7 = z ** 7;
  const z9 = z ** 9;
  return (
    z +
    (z3 + z) / (4 * degrees) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees ** 3) +
    (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) /
      (92_160 * degrees ** 4)
  );
}
