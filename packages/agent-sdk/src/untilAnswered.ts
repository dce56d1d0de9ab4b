import { apiProblemOf } from './ApiProblem';
import type { Backoff } from './Backoff';
import { pause } from './pause';

/** A control plane that fails this often in a row with the same call will not change its mind. */
const MAX_FAULTS = 6;

/**
 * Makes a call, again and again while the control plane cannot be reached,
 * until there is an answer or the signal is aborted.
 *
 * Throws the reason of the signal when it is aborted, and the error of the
 * call when asking again would not help.
 */
export async function untilAnswered<T>(options: {
  call: () => Promise<T>;
  backoff: Backoff;
  signal: AbortSignal;
}): Promise<T> {
  const { call, backoff, signal } = options;
  for (let faults = 0; ;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const { kind, retryAfterMs } = apiProblemOf(error);
      faults += kind === 'fault' ? 1 : 0;
      if (
        (kind !== 'unreachable' && kind !== 'fault') ||
        faults >= MAX_FAULTS
      ) {
        throw error;
      }
      await pause(backoff.next(retryAfterMs), signal);
    }
  }
}
