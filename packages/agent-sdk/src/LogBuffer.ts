import { v7 as uuidv7 } from 'uuid';
import { storableText } from './storableText';

/** How much a log line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A line as it is sent. */
export interface BufferedLine {
  at: string;
  level: LogLevel;
  message: string;
}

/** Lines that are sent together, under an id that makes sending them twice harmless. */
export interface LogBatch {
  batch: string;
  lines: BufferedLine[];
}

/** Bounds of a log buffer. */
export interface LogBufferOptions {
  /** Delivers a batch; when it throws, the batch is given up. */
  send: (batch: LogBatch) => Promise<void>;
  /** Hears of batches that were given up. */
  onLost: (lines: number, error: unknown) => void;
  /** Longest time that a line waits to be sent, in milliseconds. */
  flushAfterMs: number;
}

const MAX_LINE_CHARACTERS = 4000;
const MAX_BATCH_LINES = 200;
/** Of JSON; a batch may have 1 MiB. */
const MAX_BATCH_BYTES = 512 * 1024;
/** Lines kept while nobody takes them; then the oldest go. */
const MAX_WAITING_LINES = 10_000;

function bytesOf(line: BufferedLine): number {
  return Buffer.byteLength(JSON.stringify(line));
}

/**
 * Collects the log lines of an attempt and sends them in batches, one at a
 * time and in order.
 *
 * Modes: `resting` (nothing to send) - `waiting` (a timer runs until the next
 * batch leaves; entered by a line) - `sending` (a batch is on its way; entered
 * when the timer ends, enough lines have come together, or by `flush`) -
 * `closed` (entered by `close`; lines are ignored).
 */
export class LogBuffer {
  readonly #options: LogBufferOptions;
  #lines: BufferedLine[] = [];
  #dropped = 0;
  #timer?: NodeJS.Timeout;
  #sending?: Promise<void>;
  #closed = false;

  constructor(options: LogBufferOptions) {
    this.#options = options;
  }

  append(level: LogLevel, message: string): void {
    if (this.#closed) {
      return;
    }
    this.#lines.push({
      at: new Date().toISOString(),
      level,
      message: storableText(message, MAX_LINE_CHARACTERS),
    });
    if (this.#lines.length > MAX_WAITING_LINES) {
      this.#lines.shift();
      this.#dropped += 1;
    }
    if (this.#lines.length >= MAX_BATCH_LINES) {
      this.#send();
    } else if (!this.#timer && !this.#sending) {
      this.#timer = setTimeout(() => this.#send(), this.#options.flushAfterMs);
    }
  }

  /** Settles when everything that was appended has been sent or given up. */
  async flush(): Promise<void> {
    this.#send();
    await this.#sending;
  }

  /** Sends what is left and takes no more lines. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending && this.#lines.length > 0) {
      this.#sending = this.#sendAll().finally(() => {
        this.#sending = undefined;
      });
    }
  }

  async #sendAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#options.send(batch);
      } catch (error) {
        this.#options.onLost(batch.lines.length, error);
      }
    }
  }

  #takeBatch(): LogBatch {
    if (this.#dropped > 0) {
      this.#lines.unshift({
        at: this.#lines[0].at,
        level: 'warn',
        message: `${this.#dropped} log lines are missing here: they could not be sent in time`,
      });
      this.#dropped = 0;
    }
    let bytes = bytesOf(this.#lines[0]);
    let count = 1;
    while (count < Math.min(this.#lines.length, MAX_BATCH_LINES)) {
      bytes += bytesOf(this.#lines[count]);
      if (bytes > MAX_BATCH_BYTES) {
        break;
      }
      count += 1;
    }
    return { batch: uuidv7(), lines: this.#lines.splice(0, count) };
  }
}
