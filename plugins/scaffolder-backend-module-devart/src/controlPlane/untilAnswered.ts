import { setTimeout as sleep } from 'node:timers/promises';
import { ResponseError, toError } from '@backstage/errors';

/** How long one call may take before it counts as not answered. */
const CALL_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** Whether the control plane was away, rather than of another opinion. */
function isOutage(error: unknown): boolean {
  if (error instanceof ResponseError) {
    return error.statusCode >= 500 || error.statusCode === 429;
  }
  // What `fetch` throws when nobody answers, or not in time.
  return ['TypeError', 'TimeoutError'].includes(toError(error).name);
}

/** The error as the control plane said it, rather than the status of its answer. */
function asSaid(error: unknown): Error {
  return error instanceof ResponseError ? error.cause : toError(error);
}

/**
 * Calls the control plane again and again while it cannot be reached, with
 * growing pauses. Whatever is called must be safe to repeat.
 *
 * @throws what the control plane answers; the last failure when it is still
 * away at `deadline` (milliseconds since the epoch); the reason of `signal`.
 */
export async function untilAnswered<T>(
  call: (signal: AbortSignal) => Promise<T>,
  options: {
    signal?: AbortSignal;
    deadline: number;
    onOutage: (error: Error) => void;
  },
): Promise<T> {
  const { signal, deadline, onOutage } = options;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    const pause = Math.min(pauseMs, LONGEST_PAUSE_MS);
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
    try {
      return await call(signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOutage(error) || Date.now() + pause > deadline) {
        throw asSaid(error);
      }
      onOutage(asSaid(error));
    }
    await sleep(pause, undefined, { signal });
  }
}
