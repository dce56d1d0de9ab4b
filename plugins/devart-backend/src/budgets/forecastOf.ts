import type {
  Budget,
  OperationOutput,
  operations,
} from '@devart/plugin-devart-common';

type Forecast = Omit<
  OperationOutput<typeof operations.budgets.forecast>,
  'currency'
>;

const DAY_MS = 24 * 3_600_000;
/** With fewer days nothing can be said of how much they differ. */
const LEAST_DAYS = 3;
/** Of the standard normal distribution: four fifths lie within. */
const Z = 1.2815515655446004;

/**
 * What a window will come to, and when its limit will be reached, if days go on
 * as they did. The days to come are taken to be independent of each other, each
 * with the mean and variance of the days before; what `h` days come to then has
 * the mean `h m` and, since `m` itself is known from `n` days only, the variance
 * `s² (h + h²/n)`: the prediction interval of a sum, as in any textbook.
 *
 * @param daily - spent on each of the last whole days, oldest first; those
 * before the first that saw any spending say nothing
 */
export function forecastOf(
  budget: Budget,
  daily: readonly number[],
  now: Date,
): Forecast {
  const begun = daily.findIndex(micros => micros !== 0);
  const seen = begun < 0 ? [] : daily.slice(begun);
  const n = seen.length;
  const mean = n === 0 ? 0 : seen.reduce((a, b) => a + b, 0) / n;
  const basis = { days: n, dailyMicros: Math.round(mean) };
  if (n < LEAST_DAYS) {
    return {
      ...basis,
      reason: `Something must have been spent over at least ${LEAST_DAYS} whole days; so far it is ${n}`,
    };
  }
  const variance = seen.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1);
  const { window, limitMicros } = budget;
  const used = window.spentMicros + window.reservedMicros;
  const at = (days: number, z: number) =>
    Math.max(0, days * mean + z * Math.sqrt(variance * (days + days ** 2 / n)));
  const endsAt = window.endsAt ? Date.parse(window.endsAt) : undefined;
  const daysLeft =
    endsAt === undefined
      ? undefined
      : Math.max(0, (endsAt - now.getTime()) / DAY_MS);
  const room = limitMicros === undefined ? undefined : limitMicros - used;
  const reached = (z: number) => {
    const days = room === undefined ? undefined : firstDay(room, d => at(d, z));
    return days === undefined || (daysLeft !== undefined && days > daysLeft)
      ? undefined
      : new Date(now.getTime() + days * DAY_MS).toISOString();
  };
  return {
    ...basis,
    atEnd:
      daysLeft === undefined
        ? undefined
        : {
            expectedMicros: Math.round(used + at(daysLeft, 0)),
            lowMicros: Math.round(used + at(daysLeft, -Z)),
            highMicros: Math.round(used + at(daysLeft, Z)),
          },
    runsOut:
      room === undefined
        ? undefined
        : {
            expectedAt: reached(0),
            earliestAt: reached(Z),
            latestAt: reached(-Z),
          },
  };
}

/** A window of all time is looked at no further ahead than this. */
const MAX_DAYS = 3650;

/** After how many days something that grows reaches an amount; undefined when it does not within ten years. */
function firstDay(
  amount: number,
  grown: (days: number) => number,
): number | undefined {
  if (amount <= 0) {
    return 0;
  }
  let low = 0;
  let high = 1;
  while (grown(high) < amount) {
    low = high;
    high *= 2;
    if (low > MAX_DAYS) {
      return undefined;
    }
  }
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (grown(middle) < amount) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
