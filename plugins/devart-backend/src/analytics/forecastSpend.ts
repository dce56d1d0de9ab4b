import {
  FORECAST_LEVELS,
  MIN_FORECAST_DAYS,
} from '@devart/plugin-devart-common';
import { seededRandom } from './seededRandom';

/** From so many whole days on, each day of the week has a level of its own. */
const WEEKDAY_DAYS = 28;
/** From so many whole days on, a day that stands out alone can be told. */
const SPIKE_DAYS = 14;
/** So many deviations above the median a day stands out. */
const SPIKE_DEVIATIONS = 5;
/** Only so large a part of the days can be exceptions. */
const SPIKE_SHARE = 1 / 20;
/** A day of the week is worth this many days of any kind besides its own. */
const WEEKDAY_PRIOR = 1;
const PATHS = 1000;

/** What a forecast is made from. */
export interface SpendingSoFar {
  /** Spent on each of the last whole days, oldest first, from the first on which something was. */
  daily: readonly number[];
  now: Date;
  /**
   * When the day of now and each day after it begins; the last is the end of
   * what is looked at.
   */
  days: readonly Date[];
  /** Spent and held back in the window. */
  usedMicros: number;
  /** Missing without a limit. */
  limitMicros?: number;
  /** Forecasts of the same seed from the same numbers are the same. */
  seed: string;
}

/** When a limit will be reached; an instant is missing when it lies beyond what is looked at. */
export interface RunsOut {
  /** Of so many courses, how many reach the limit. */
  probability: number;
  expectedAt?: Date;
  intervals: { level: number; earliestAt?: Date; latestAt?: Date }[];
}

/** What will be spent. */
export interface SpendForecast {
  /** Spent on an average day, exceptions aside. */
  dailyMicros: number;
  /** Whether days of the week were told apart. */
  byWeekday: boolean;
  atEnd: {
    expectedMicros: number;
    intervals: { level: number; lowMicros: number; highMicros: number }[];
  };
  /** Missing without a limit. */
  runsOut?: RunsOut;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  return (
    (sorted[Math.floor((length - 1) / 2)] +
      sorted[Math.ceil((length - 1) / 2)]) /
    2
  );
}

/** Brings days down that stand out, if they are so few that they may never come again. */
function withoutSpikes(daily: readonly number[]): readonly number[] {
  if (daily.length < SPIKE_DAYS) {
    return daily;
  }
  const median = medianOf(daily);
  const deviation =
    1.4826 * medianOf(daily.map(micros => Math.abs(micros - median)));
  const most = median + SPIKE_DEVIATIONS * deviation;
  const spikes = daily.filter(micros => micros > most).length;
  return deviation > 0 && spikes <= daily.length * SPIKE_SHARE
    ? daily.map(micros => Math.min(micros, most))
    : daily;
}

/** What is spent on the days of a week, counted back from the day of now. */
function levelsOf(daily: readonly number[]): (daysFromNow: number) => number {
  const mean = meanOf(daily);
  if (daily.length < WEEKDAY_DAYS) {
    return () => mean;
  }
  const sums = Array<number>(7).fill(WEEKDAY_PRIOR * mean);
  const counts = Array<number>(7).fill(WEEKDAY_PRIOR);
  daily.forEach((micros, index) => {
    const weekday = (index - daily.length + 7 * daily.length) % 7;
    sums[weekday] += micros;
    counts[weekday]++;
  });
  return daysFromNow => {
    const weekday = ((daysFromNow % 7) + 7) % 7;
    return sums[weekday] / counts[weekday];
  };
}

/** The value below which a share of sorted values lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[
    Math.min(
      sorted.length - 1,
      Math.max(0, Math.ceil(share * sorted.length) - 1),
    )
  ];
}

/**
 * One course of the days to come: what is spent on each, as a multiple of the
 * level of the day. First the days of the past are drawn anew, then the days to
 * come from those: so the courses differ as much as the past leaves open what
 * an average day is.
 */
function courseOf(
  ratios: readonly number[],
  length: number,
  random: () => number,
): number[] {
  const pick = (from: readonly number[]) =>
    from[Math.floor(random() * from.length)];
  const past = ratios.map(() => pick(ratios));
  return Array.from({ length }, () => pick(past));
}

/**
 * What will be spent, and when a limit will be reached, if days go on as they
 * did. A bootstrap of the residuals (B. Efron, R. J. Tibshirani: An Introduction
 * to the Bootstrap, 1993): what a day differed from the usual, as a ratio, is
 * drawn for the days to come, a thousand times, and the shares of the thousand
 * are the probabilities. No distribution is assumed. With four weeks or more,
 * Mondays are compared with Mondays.
 *
 * Undefined with too few days.
 */
export function forecastSpend(so: SpendingSoFar): SpendForecast | undefined {
  if (so.daily.length < MIN_FORECAST_DAYS) {
    return undefined;
  }
  const daily = withoutSpikes(so.daily);
  const level = levelsOf(daily);
  const ratios = daily.map((micros, index) => {
    const usual = level(index - daily.length);
    return usual > 0 ? micros / usual : 0;
  });
  const random = seededRandom(so.seed);
  const now = so.now.getTime();
  const starts = so.days.map(day => day.getTime());
  // Of the day of now, only what is left of it is to come.
  const spans = starts.slice(1).map((end, index) => {
    const begin = Math.max(now, starts[index]);
    const whole = end - starts[index];
    return { begin, end, share: Math.max(0, end - begin) / whole };
  });
  const room =
    so.limitMicros === undefined ? undefined : so.limitMicros - so.usedMicros;
  const totals: number[] = [];
  const reached: number[] = [];
  for (let path = 0; path < PATHS; path++) {
    const course = courseOf(ratios, spans.length, random);
    let total = 0;
    let at = room !== undefined && room <= 0 ? now : undefined;
    spans.forEach(({ begin, end, share }, index) => {
      const micros = course[index] * level(index) * share;
      if (room !== undefined && at === undefined && total + micros >= room) {
        at = begin + ((room - total) / micros) * (end - begin);
      }
      total += micros;
    });
    totals.push(so.usedMicros + total);
    if (at !== undefined) {
      reached.push(at);
    }
  }
  totals.sort((a, b) => a - b);
  reached.sort((a, b) => a - b);
  // Courses that do not reach the limit reach it after all others.
  const reachedBy = (share: number) => {
    const instant = reached[Math.max(0, Math.ceil(share * PATHS) - 1)];
    return instant === undefined ? undefined : new Date(instant);
  };
  return {
    dailyMicros: Math.round(meanOf(daily)),
    byWeekday: daily.length >= WEEKDAY_DAYS,
    atEnd: {
      expectedMicros: Math.round(meanOf(totals)),
      intervals: FORECAST_LEVELS.map(wanted => ({
        level: wanted,
        lowMicros: Math.round(quantile(totals, (1 - wanted) / 2)),
        highMicros: Math.round(quantile(totals, (1 + wanted) / 2)),
      })),
    },
    runsOut:
      room === undefined
        ? undefined
        : {
            probability: reached.length / PATHS,
            expectedAt: reachedBy(0.5),
            intervals: FORECAST_LEVELS.map(wanted => ({
              level: wanted,
              earliestAt: reachedBy((1 - wanted) / 2),
              latestAt: reachedBy((1 + wanted) / 2),
            })),
          },
  };
}
