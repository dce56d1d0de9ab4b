import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats a check until it passes; throws what it threw last after `timeoutMs`. */
export async function eventually<T>(
  check: () => Promise<T>,
  timeoutMs: number = 5000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await sleep(25);
    }
  }
}
