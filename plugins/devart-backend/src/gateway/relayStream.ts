import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Response } from 'express';
import type { AnswerTally } from './AnswerTally';
import type { Endpoint } from './endpoints/Endpoint';
import { SseSplitter, type SseEvent } from './SseSplitter';

/** How a stream ended. */
export type StreamEnd =
  | { kind: 'complete' }
  /** The caller has gone. */
  | { kind: 'hung_up' }
  /** The upstream broke off, fell silent, or sent what is no event of the protocol. */
  | {
      kind: 'broken';
      code: 'upstream_cut' | 'upstream_malformed';
      error?: unknown;
    };

class MalformedEventError extends Error {
  readonly name = 'MalformedEventError';
}

/**
 * Passes the events of a stream on as they come, byte for byte, no faster than
 * the caller reads, and tallies what they say. An event that only tells the
 * usage is left out when the caller did not ask for it.
 */
export async function relayStream(options: {
  body: Readable;
  response: Response;
  endpoint: Endpoint;
  hidesUsage: boolean;
  tally: AnswerTally;
}): Promise<StreamEnd> {
  const { body, response, endpoint, hidesUsage, tally } = options;
  const splitter = new SseSplitter();
  const gone = new AbortController();
  const hangUp = () => {
    gone.abort();
    body.destroy();
  };
  response.once('close', hangUp);
  if (response.destroyed) {
    hangUp();
  }

  const passedOn = (event: SseEvent): Buffer[] => {
    if (event.data === undefined) {
      return [event.bytes];
    }
    let read;
    try {
      read = endpoint.readEvent(event.data);
    } catch (error) {
      throw new MalformedEventError('An event is no JSON', { cause: error });
    }
    tally.addEvent(read);
    return read.isUsageOnly && hidesUsage ? [] : [event.bytes];
  };
  const send = async (events: readonly SseEvent[]) => {
    const parts: Buffer[] = [];
    try {
      for (const event of events) {
        parts.push(...passedOn(event));
      }
    } finally {
      // What came before a broken event is passed on.
      if (parts.length > 0 && !response.destroyed) {
        const isTaken = response.write(
          parts.length === 1 ? parts[0] : Buffer.concat(parts),
        );
        if (!isTaken) {
          await once(response, 'drain', { signal: gone.signal });
        }
      }
    }
  };

  try {
    for await (const chunk of body) {
      await send(splitter.push(chunk as Buffer));
    }
    const rest = splitter.rest();
    await send(rest ? [rest] : []);
  } catch (error) {
    if (gone.signal.aborted) {
      return { kind: 'hung_up' };
    }
    return {
      kind: 'broken',
      code:
        error instanceof MalformedEventError
          ? 'upstream_malformed'
          : 'upstream_cut',
      error,
    };
  } finally {
    response.removeListener('close', hangUp);
    body.destroy();
  }
  if (gone.signal.aborted) {
    return { kind: 'hung_up' };
  }
  return tally.isComplete
    ? { kind: 'complete' }
    : { kind: 'broken', code: 'upstream_cut' };
}
