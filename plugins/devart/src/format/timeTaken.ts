import { duration } from './quantities';

/**
 * How long something took, or has taken by `now` (milliseconds since 1970)
 * while it has no end; undefined when it has not started.
 */
export function timeTaken(
  of: { startedAt?: string; finishedAt?: string },
  now?: number,
): string | undefined {
  const end = of.finishedAt ? Date.parse(of.finishedAt) : now;
  return of.startedAt === undefined || end === undefined
    ? undefined
    : duration(Math.max(0, (end - Date.parse(of.startedAt)) / 1000));
}
