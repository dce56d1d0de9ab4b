/** The error function, to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial =
    t *
    (0.254829592 +
      t *
        (-0.284496736 +
          t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

/**
 * How sure it is, 0.5 to 1, that the true share of something lies on the side
 * of a limit on which `hits` of `total` lie: the one-sided score test for a
 * proportion (E. B. Wilson, Probable Inference, 1927), read as a normal
 * probability. Without anything counted it is 0.
 */
export function confidenceOfShare(options: {
  hits: number;
  total: number;
  /** 0 to 1. */
  limit: number;
}): number {
  const { hits, total, limit } = options;
  if (total === 0) {
    return 0;
  }
  // A limit of 0 or 1 has no spread; half an event gives it one.
  const bounded = Math.min(
    Math.max(limit, 0.5 / (total + 1)),
    1 - 0.5 / (total + 1),
  );
  const spread = Math.sqrt((bounded * (1 - bounded)) / total);
  const z = Math.abs(hits / total - limit) / spread;
  return (1 + erf(z / Math.SQRT2)) / 2;
}
