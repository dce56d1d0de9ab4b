import { MIN_FORECAST_DAYS } from '@devart/plugin-devart-common';
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
const COURSES = 1000;
/** Which part of the courses an interval holds. */
const USUAL = 0.8;
const WIDE = 0.95;

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

/** An instant is missing when it lies beyond what is looked at. */
export interface Span {
  earliestAt?: Date;
  latestAt?: Date;
}

interface Range {
  lowMicros: number;
  highMicros: number;
}

/** What will be spent. `usual` holds 80 of 100 courses, `wide` 95. */
export interface SpendForecast {
  /** Spent on an average day, exceptions aside. */
  dailyMicros: number;
  /** Whether days of the week were told apart. */
  byWeekday: boolean;
  atEnd: { expectedMicros: number; usual: Range; wide: Range };
  /** When the limit will be reached; missing without one. */
  runsOut?: {
    /** Which part of the courses reach it. */
    probability: number;
    expectedAt?: Date;
    usual: Span;
    wide: Span;
  };
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

/** A day of the past: how it compares with the usual of such a day. */
interface Residual {
  ratio: number;
  usual: number;
}

/**
 * Draws days of the past, each in proportion to its usual: so the multiples
 * that are drawn are 1 on average, and quiet days have little say in the others.
 */
function drawingFrom(
  past: readonly Residual[],
  random: () => number,
): () => Residual {
  let sum = 0;
  const upTo = past.map(({ usual }) => {
    sum += Math.max(0, usual);
    return sum;
  });
  return () => {
    const at = random() * sum;
    const index = upTo.findIndex(end => at < end);
    return past[index < 0 ? past.length - 1 : index];
  };
}

/** What is left of a day to come, with what is usually spent in it. */
interface DayAhead {
  begin: number;
  end: number;
  usual: number;
}

/**
 * One course of the days to come: what it comes to, and when it reaches the
 * room that there is, if it does. First the days of the past are drawn anew,
 * then the days to come from those: so the courses differ as much as the past
 * leaves open what a day costs.
 */
function courseOf(
  draw: () => Residual,
  samples: number,
  ahead: readonly DayAhead[],
  room: number,
  random: () => number,
): { total: number; reachedAt?: number } {
  const drawn = Array.from({ length: samples }, draw);
  let total = 0;
  let reachedAt: number | undefined;
  for (const { begin, end, usual } of ahead) {
    const micros = usual * drawn[Math.floor(random() * samples)].ratio;
    if (reachedAt === undefined && total + micros >= room) {
      reachedAt = begin + ((room - total) / micros) * (end - begin);
    }
    total += micros;
  }
  return { total, reachedAt };
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
  const usualOf = levelsOf(daily);
  const past = daily.map((micros, index) => {
    const usual = usualOf(index - daily.length);
    return { usual, ratio: usual > 0 ? micros / usual : 0 };
  });
  const random = seededRandom(so.seed);
  const draw = drawingFrom(past, random);
  const now = so.now.getTime();
  const starts = so.days.map(day => day.getTime());
  // Of the day of now, only what is left of it is to come.
  const ahead = starts.slice(1).map((end, index) => {
    const begin = Math.max(now, starts[index]);
    const left = Math.max(0, end - begin) / (end - starts[index]);
    return { begin, end, usual: usualOf(index) * left };
  });
  const room =
    so.limitMicros === undefined ? Infinity : so.limitMicros - so.usedMicros;
  const totals: number[] = [];
  const reached: number[] = [];
  for (let course = 0; course < COURSES; course++) {
    const { total, reachedAt } = courseOf(
      draw,
      past.length,
      ahead,
      room,
      random,
    );
    totals.push(so.usedMicros + total);
    if (room <= 0) {
      reached.push(now);
    } else if (reachedAt !== undefined) {
      reached.push(reachedAt);
    }
  }
  totals.sort((a, b) => a - b);
  reached.sort((a, b) => a - b);
  // Courses that do not reach the limit reach it after all others.
  const reachedBy = (share: number) => {
    const instant = reached[Math.max(0, Math.ceil(share * COURSES) - 1)];
    return instant === undefined ? undefined : new Date(instant);
  };
  const range = (level: number): Range => ({
    lowMicros: Math.round(quantile(totals, (1 - level) / 2)),
    highMicros: Math.round(quantile(totals, (1 + level) / 2)),
  });
  const span = (level: number): Span => ({
    earliestAt: reachedBy((1 - level) / 2),
    latestAt: reachedBy((1 + level) / 2),
  });
  return {
    dailyMicros: Math.round(meanOf(daily)),
    byWeekday: daily.length >= WEEKDAY_DAYS,
    atEnd: {
      expectedMicros: Math.round(meanOf(totals)),
      usual: range(USUAL),
      wide: range(WIDE),
    },
    runsOut:
      so.limitMicros === undefined
        ? undefined
        : {
            probability: reached.length / COURSES,
            expectedAt: reachedBy(0.5),
            usual: span(USUAL),
            wide: span(WIDE),
          },
  };
}
