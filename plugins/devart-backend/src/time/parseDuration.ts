import { durationSchema } from '@devart/plugin-devart-common';
import { InputError } from '@backstage/errors';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const SHORT_UNITS: Record<string, number> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
};

const SHORT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const ISO =
  /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** The longest duration that is accepted, in milliseconds: ten years. */
export const MAX_DURATION_MS = 3650 * DAY;

/**
 * Milliseconds of a duration such as `90s`, `1.5h`, `7d` or `P1DT12H`
 * (ISO 8601 without years and months, whose length varies), rounded to the
 * nearest millisecond.
 *
 * @throws InputError when the text is no duration, or longer than ten years.
 */
export function parseDuration(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined) {
    throw new InputError('must be a duration such as 30s, 5m, 2h, 7d or PT5M');
  }
  if (milliseconds > MAX_DURATION_MS) {
    throw new InputError('must not be longer than 3650d');
  }
  return Math.round(milliseconds);
}

function readDuration(text: string): number | undefined {
  if (!durationSchema.safeParse(text).success) {
    return undefined;
  }
  const short = SHORT.exec(text);
  if (short) {
    return Number(short[1]) * SHORT_UNITS[short[2]];
  }
  const [, weeks, days, hours, minutes, seconds] = ISO.exec(text)!;
  return (
    Number(weeks ?? 0) * WEEK +
    Number(days ?? 0) * DAY +
    Number(hours ?? 0) * HOUR +
    Number(minutes ?? 0) * MINUTE +
    Number(seconds ?? 0) * SECOND
  );
}
