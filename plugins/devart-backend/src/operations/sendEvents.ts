import { once } from 'node:events';
import type { OperationEvent } from '@devart/plugin-devart-common';
import type { Response } from 'express';

/** Streams send at least a comment this often, so that both sides notice when the other is dead. */
export const KEEP_ALIVE_SECONDS = 5;

/** Whoever does not read for this long is taken for dead. */
const STALLED_MS = 15_000;

/**
 * Answers with server-sent events: one at a time, the next when the connection
 * has taken the last. Ends with the iteration, or when the caller has gone.
 */
export async function sendEvents(
  response: Response,
  events: AsyncIterable<OperationEvent>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    // Compression would hold events back, and so would proxies that buffer.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) {
      response.write(':\n\n');
    }
  }, KEEP_ALIVE_SECONDS * 1000);
  try {
    for await (const { event, data } of events) {
      if (response.destroyed) {
        break;
      }
      const taken = response.write(
        `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      );
      if (!taken && !(await drained(response))) {
        break;
      }
    }
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

/** Waits until the connection takes more; false when it does not any more. */
async function drained(response: Response): Promise<boolean> {
  const over = new AbortController();
  const giveUp = () => over.abort();
  const timer = setTimeout(giveUp, STALLED_MS);
  response.once('close', giveUp);
  try {
    await once(response, 'drain', { signal: over.signal });
    return true;
  } catch {
    response.destroy();
    return false;
  } finally {
    clearTimeout(timer);
    response.removeListener('close', giveUp);
  }
}
