import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again until it does not throw, for fifteen seconds at most. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
    }
    await sleep(50);
  }
}
