import {
  UnreachedUpstreamError,
  type ModelRequest,
  type ModelResponse,
  type ModelUpstream,
} from '@devart/plugin-devart-node';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** Refusals of before the first byte that a second try may not meet. */
const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);

const FIRST_PAUSE_MS = 250;

/** Whoever is to wait longer is told so instead. */
const LONGEST_PAUSE_MS = 8000;

/** Reads what nobody wants, so that its connection can be used again. */
export function discard(body: Readable): void {
  body.on('error', () => undefined);
  body.resume();
}

/** When an upstream wants to be asked again, in milliseconds. */
function retryAfterMs(
  headers: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const inMs = Number(headers['retry-after-ms'] ?? NaN);
  if (inMs >= 0) {
    return inMs;
  }
  const value = headers['retry-after'];
  if (value === undefined) {
    return undefined;
  }
  const seconds = Number(value);
  const ms = Number.isNaN(seconds)
    ? Date.parse(value) - Date.now()
    : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * Makes a call, and again where nothing was produced: it did not reach the
 * upstream, or the upstream refused it for a reason that passes.
 */
export async function sendWithRetries(
  upstream: ModelUpstream,
  request: ModelRequest,
  retries: number,
): Promise<ModelResponse> {
  for (let tries = 0; ; tries++) {
    const backoff = FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random() / 2);
    let waitMs = backoff;
    try {
      const response = await upstream.send(request);
      if (!RETRIED_STATUSES.has(response.status) || tries >= retries) {
        return response;
      }
      waitMs = retryAfterMs(response.headers) ?? backoff;
      if (waitMs > LONGEST_PAUSE_MS) {
        return response;
      }
      discard(response.body);
    } catch (error) {
      if (!(error instanceof UnreachedUpstreamError) || tries >= retries) {
        throw error;
      }
    }
    try {
      await pause(waitMs, undefined, { signal: request.signal });
    } catch (error) {
      throw new UnreachedUpstreamError('Nobody waits for it any more', {
        cause: error,
      });
    }
  }
}
