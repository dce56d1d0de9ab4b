import { InvalidInputError } from '../operations/InvalidInputError';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 3660;

/** A stretch of time, without its end. */
export interface Period {
  from: Date;
  to: Date;
}

/** A period as it is answered. */
export function toPeriod({ from, to }: Period): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}

/** The same length of time before a period. */
export function periodBefore({ from, to }: Period): Period {
  return { from: new Date(2 * from.getTime() - to.getTime()), to: from };
}

/**
 * The period that was asked for: the last 30 days unless said otherwise.
 *
 * @throws InvalidInputError when it ends before it begins, or is longer than ten years.
 */
export function periodOf(asked: { from?: string; to?: string }): Period {
  const to = asked.to === undefined ? new Date() : new Date(asked.to);
  const from =
    asked.from === undefined
      ? new Date(to.getTime() - USUAL_DAYS * DAY_MS)
      : new Date(asked.from);
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (!(days > 0)) {
    throw new InvalidInputError([
      { field: 'from', problem: 'must be before the end of the period' },
    ]);
  }
  if (days > MOST_DAYS) {
    throw new InvalidInputError([
      {
        field: 'from',
        problem: `must be at most ${MOST_DAYS} days before the end of the period`,
      },
    ]);
  }
  return { from, to };
}
