const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * How long to wait after so many attempts in a row that had no answer: a
 * second, doubling up to a minute, spread so that not all come at once.
 *
 * @param random - from 0 to 1
 */
export function retryDelay(attempts: number, random: number): number {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
  return ms * (0.8 + 0.2 * random);
}
