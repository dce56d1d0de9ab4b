import {
  ESTIMATE_LEVELS,
  MIN_ESTIMATE_SAMPLES,
  type CostEstimate,
  type EstimateGroup,
} from '@devart/plugin-devart-common';
import { studentQuantile } from './studentQuantile';

/** As many tasks weigh a broader group when it fills in for a narrower one. */
const PRIOR_SAMPLES = 5;

/** From so many on a group speaks for itself: its own costs are the ends of the intervals. */
const MIN_EMPIRICAL_SAMPLES = 100;

/** Quantiles of the standard normal distribution above which half of what is left out lies. */
const NORMAL_QUANTILES: Record<(typeof ESTIMATE_LEVELS)[number], number> = {
  0.5: 0.674489750196,
  0.8: 1.281551565545,
  0.95: 1.95996398454,
};

/** What finished tasks of a group have cost, each more than nothing. */
export interface CostSamples {
  group: EstimateGroup;
  micros: readonly number[];
}

/** What is known of the log of a cost: normal with unknown mean and variance. */
interface Belief {
  mean: number;
  variance: number;
  /** How many tasks the mean is worth. */
  weight: number;
  degrees: number;
  /** Of the cost itself. */
  expected: number;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squaresAround(values: readonly number[], centre: number): number {
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

function beginWith(micros: readonly number[]): Belief {
  const logs = micros.map(Math.log);
  const mean = meanOf(logs);
  return {
    mean,
    variance: squaresAround(logs, mean) / (logs.length - 1),
    weight: logs.length,
    degrees: logs.length - 1,
    expected: meanOf(micros),
  };
}

/**
 * What is known of a narrower group: its own costs, with the broader one as the
 * prior (normal with inverse chi-squared variance; A. Gelman and others:
 * Bayesian Data Analysis, 3rd edition, 3.3).
 */
function narrow(broader: Belief, micros: readonly number[]): Belief {
  if (micros.length === 0) {
    return broader;
  }
  const logs = micros.map(Math.log);
  const n = logs.length;
  const own = meanOf(logs);
  const weight = PRIOR_SAMPLES + n;
  const degrees = PRIOR_SAMPLES + n;
  return {
    mean: (PRIOR_SAMPLES * broader.mean + n * own) / weight,
    variance:
      (PRIOR_SAMPLES * broader.variance +
        squaresAround(logs, own) +
        ((PRIOR_SAMPLES * n) / weight) * (own - broader.mean) ** 2) /
      degrees,
    weight,
    degrees,
    expected: (PRIOR_SAMPLES * broader.expected + n * meanOf(micros)) / weight,
  };
}

/** Where the next cost lies: the log of it has Student's distribution. */
function predict(
  belief: Belief,
): Pick<CostEstimate, 'medianMicros' | 'intervals'> {
  const scale = Math.sqrt(belief.variance * (1 + 1 / belief.weight));
  const at = (deviations: number) =>
    Math.round(
      Math.min(
        Math.exp(belief.mean + deviations * scale),
        Number.MAX_SAFE_INTEGER,
      ),
    );
  return {
    medianMicros: at(0),
    intervals: ESTIMATE_LEVELS.map(level => {
      const t = studentQuantile(NORMAL_QUANTILES[level], belief.degrees);
      return { level, lowMicros: at(-t), highMicros: at(t) };
    }),
  };
}

/**
 * Where the next cost lies when it comes from where the others came from,
 * whatever their distribution: between two of them that leave out at most so
 * many at both ends (S. S. Wilks: Determination of Sample Sizes for Setting
 * Tolerance Limits, 1941).
 */
function rank(
  micros: readonly number[],
): Pick<CostEstimate, 'medianMicros' | 'intervals'> {
  const sorted = [...micros].sort((a, b) => a - b);
  const n = sorted.length;
  return {
    medianMicros: Math.round(
      (sorted[Math.floor((n - 1) / 2)] + sorted[Math.ceil((n - 1) / 2)]) / 2,
    ),
    intervals: ESTIMATE_LEVELS.map(level => {
      const outside = (1 - level) / 2;
      const low = Math.max(1, Math.floor((n + 1) * outside));
      return {
        level,
        lowMicros: sorted[low - 1],
        highMicros: sorted[n - low],
      };
    }),
  };
}

/**
 * What the next task will cost, from what finished tasks have cost.
 *
 * A group with enough tasks speaks for itself. One with few is filled in by
 * broader ones, as much as it is short of tasks. Undefined when there are too
 * few of any kind.
 *
 * @param groups - the broadest first, each within the one before
 */
export function estimateCost(
  groups: readonly CostSamples[],
): CostEstimate | undefined {
  const [broadest, ...narrower] = groups;
  if (!broadest || broadest.micros.length < MIN_ESTIMATE_SAMPLES) {
    return undefined;
  }
  const told = groups.filter(({ micros }) => micros.length > 0);
  const { group, micros } =
    told.findLast(own => own.micros.length >= PRIOR_SAMPLES) ?? broadest;
  const samples = micros.length;
  if (samples >= MIN_EMPIRICAL_SAMPLES && told.at(-1)?.group === group) {
    return {
      expectedMicros: Math.round(meanOf(micros)),
      ...rank(micros),
      group,
      samples,
      method: 'empirical',
    };
  }
  const belief = narrower.reduce(
    (broader, own) => narrow(broader, own.micros),
    beginWith(broadest.micros),
  );
  return {
    expectedMicros: Math.round(belief.expected),
    ...predict(belief),
    group,
    samples,
    method: 'log-normal',
  };
}
