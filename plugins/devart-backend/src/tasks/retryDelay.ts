/**
 * Seconds until a task is tried again: doubles with each failure up to a
 * longest delay, and is spread by a quarter to both sides so that tasks that
 * failed together do not come back together.
 *
 * @param failures - failures so far, at least 1
 * @param random - from 0 up to 1
 */
export function retryDelaySeconds(
  failures: number,
  options: { baseSeconds: number; maxSeconds: number },
  random: number = Math.random(),
): number {
  const delay = Math.min(
    options.maxSeconds,
    options.baseSeconds * 2 ** Math.min(failures - 1, 40),
  );
  return delay * (0.75 + random / 2);
}
