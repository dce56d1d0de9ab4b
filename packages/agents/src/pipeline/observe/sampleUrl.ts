import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './percentile';

/** How a URL answered over a while. */
export interface UrlSamples {
  samples: number;
  /** No answer, or one with a status from 500. */
  errors: number;
  /** 0 to 1. */
  errorRate: number;
  /** Whether there was any answer. */
  reachable: boolean;
  /** Answers by status. */
  statuses: Record<string, number>;
  /** Of what was answered, in milliseconds. */
  latencyMs: { p50?: number; p95?: number; max?: number };
  /** All of them, sorted, in milliseconds. */
  latenciesMs: number[];
  /** What was wrong the last time that there was no answer. */
  lastError?: string;
}

/**
 * Asks a URL again and again for a while.
 *
 * @throws the reason of the signal when that is aborted
 */
export async function sampleUrl(options: {
  url: string;
  windowMs: number;
  intervalMs: number;
  timeoutMs: number;
  signal: AbortSignal;
}): Promise<UrlSamples> {
  const { url, windowMs, intervalMs, timeoutMs, signal } = options;
  const end = Date.now() + windowMs;
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  let samples = 0;
  let errors = 0;
  let lastError: string | undefined;
  do {
    signal.throwIfAborted();
    const startedAt = performance.now();
    samples += 1;
    try {
      const answer = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      // The answer is not there before its body is.
      for await (const chunk of answer.body ?? []) {
        void chunk;
      }
      latenciesMs.push(Math.round((performance.now() - startedAt) * 100) / 100);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      errors += answer.status >= 500 ? 1 : 0;
    } catch (error) {
      signal.throwIfAborted();
      errors += 1;
      lastError = messageOf(error);
    }
    const pause = intervalMs - (performance.now() - startedAt);
    await sleep(Math.max(0, Math.min(pause, end - Date.now())), undefined, {
      signal,
    }).catch(() => signal.throwIfAborted());
  } while (Date.now() < end);
  latenciesMs.sort((one, other) => one - other);
  return {
    samples,
    errors,
    errorRate: errors / samples,
    reachable: latenciesMs.length > 0,
    statuses,
    latencyMs: {
      p50: percentile(latenciesMs, 0.5),
      p95: percentile(latenciesMs, 0.95),
      max: latenciesMs.at(-1),
    },
    latenciesMs,
    lastError,
  };
}

function messageOf(error: unknown): string {
  const { cause, message } = error as Error;
  return (cause instanceof Error ? cause.message : message).slice(0, 300);
}
