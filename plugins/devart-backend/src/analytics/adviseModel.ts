import type { ModelAdvice } from '@devart/plugin-devart-common';
import { groupBy } from '../collections/groupBy';
import { wilsonInterval } from './wilsonInterval';

/** A finished task. */
export interface ModelSample {
  model: string;
  micros: number;
  succeeded: boolean;
}

const MIN_SAMPLES = 20;
/** A saving smaller than this is not worth a change. */
const MIN_SAVING = 0.05;
/** How much more seldom a cheaper model may succeed and still count as comparable. */
const MARGIN = 0.1;
/** Both conclusions are wrong at most once in ten times. */
const Z = 1.281551565545;

interface ModelFigures {
  model: string;
  samples: number;
  succeeded: number;
  mean: number;
  /** Variance of the mean. */
  variance: number;
}

function figuresOf(model: string, samples: readonly ModelSample[]) {
  const n = samples.length;
  const mean = samples.reduce((sum, { micros }) => sum + micros, 0) / n;
  const squares = samples.reduce(
    (sum, { micros }) => sum + (micros - mean) ** 2,
    0,
  );
  return {
    model,
    samples: n,
    succeeded: samples.filter(({ succeeded }) => succeeded).length,
    mean,
    variance: squares / (n - 1) / n,
  };
}

function isCheaper(other: ModelFigures, used: ModelFigures): boolean {
  return (
    other.mean <= used.mean * (1 - MIN_SAVING) &&
    used.mean - other.mean > Z * Math.sqrt(other.variance + used.variance)
  );
}

/**
 * Whether a model succeeds as often, but for the margin, as far as that can be
 * known (R. G. Newcombe: Interval Estimation for the Difference between
 * Independent Proportions, 1998, method 10).
 */
function isAsGood(other: ModelFigures, used: ModelFigures): boolean {
  const a = other.succeeded / other.samples;
  const b = used.succeeded / used.samples;
  const { low } = wilsonInterval(other.succeeded, other.samples, Z);
  const { high } = wilsonInterval(used.succeeded, used.samples, Z);
  return a - b - Math.hypot(a - low, high - b) > -MARGIN;
}

/**
 * A model that did tasks of a type for less and succeeded as often; undefined
 * when there is none, or too little is known to say so.
 *
 * @param used - the model it is compared with: the one most tasks used unless given
 */
export function adviseModel(
  samples: readonly ModelSample[],
  used?: string,
): ModelAdvice | undefined {
  const models = [...groupBy(samples, ({ model }) => model)]
    .filter(([, own]) => own.length >= MIN_SAMPLES)
    .map(([model, own]) => figuresOf(model, own))
    .sort((a, b) => b.samples - a.samples);
  const reference =
    used === undefined ? models[0] : models.find(({ model }) => model === used);
  if (!reference) {
    return undefined;
  }
  const [best] = models
    .filter(other => isCheaper(other, reference) && isAsGood(other, reference))
    .sort((a, b) => a.mean - b.mean);
  return (
    best && {
      model: best.model,
      expectedMicros: Math.round(best.mean),
      saving: 1 - best.mean / reference.mean,
      successRate: best.succeeded / best.samples,
      samples: best.samples,
      comparedWith: {
        model: reference.model,
        expectedMicros: Math.round(reference.mean),
        successRate: reference.succeeded / reference.samples,
        samples: reference.samples,
      },
    }
  );
}
