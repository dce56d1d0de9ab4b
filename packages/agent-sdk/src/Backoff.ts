/** Bounds of the delays between tries, in milliseconds. */
export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
  /** A number from 0 up to but not including 1. */
  random?: () => number;
}

/** No answer makes an agent wait for longer than this. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/**
 * Exponential backoff with full jitter: the n-th delay is anything up to
 * `baseMs * 2^n`, capped, so that many agents do not come back in step. See
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(options: BackoffOptions) {
    this.#baseMs = options.baseMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random ?? Math.random;
  }

  /** Milliseconds to wait; never less than `atLeastMs`, which a server asked for. */
  next(atLeastMs: number = 0): number {
    const ceiling = Math.min(this.#maxMs, this.#baseMs * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 30);
    return (
      Math.min(atLeastMs, LONGEST_RETRY_AFTER_MS) + this.#random() * ceiling
    );
  }

  /** Starts over, after something went well. */
  reset(): void {
    this.#tries = 0;
  }
}
