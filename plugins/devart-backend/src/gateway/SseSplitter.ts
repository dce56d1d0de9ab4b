/** An event of a stream as it came, and what it says. */
export interface SseEvent {
  bytes: Buffer;
  /** Its `data` lines; undefined for comments and the like. */
  data?: string;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The longest event that is waited for. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** Where the empty line behind an event ends; -1 when it is not there yet. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (
    let at = bytes.indexOf(LINE_FEED, from);
    at !== -1;
    at = bytes.indexOf(LINE_FEED, at + 1)
  ) {
    if (bytes[at + 1] === LINE_FEED) {
      return at + 2;
    }
    if (bytes[at + 1] === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED) {
      return at + 3;
    }
  }
  return -1;
}

function dataOf(bytes: Buffer): string | undefined {
  const lines = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .filter(line => line.startsWith('data:'))
    .map(line => line.slice(line[5] === ' ' ? 6 : 5));
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** Takes a stream of server-sent events apart, keeping every byte of it. */
export class SseSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * The events that are complete with these bytes.
   *
   * @throws Error when one is longer than any that makes sense.
   */
  push(chunk: Buffer): SseEvent[] {
    const bytes =
      this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const events: SseEvent[] = [];
    let start = 0;
    // The last characters of the rest may be the first of its end.
    let end = endOfEvent(bytes, Math.max(0, this.#rest.length - 3));
    while (end !== -1) {
      const event = bytes.subarray(start, end);
      events.push({ bytes: event, data: dataOf(event) });
      start = end;
      end = endOfEvent(bytes, start);
    }
    this.#rest = bytes.subarray(start);
    if (this.#rest.length > MAX_EVENT_BYTES) {
      throw new Error('An event of the stream has no end');
    }
    return events;
  }

  /** What came without an end; the last event, if the upstream forgot the empty line. */
  rest(): SseEvent | undefined {
    return this.#rest.length > 0
      ? { bytes: this.#rest, data: dataOf(this.#rest) }
      : undefined;
  }
}
