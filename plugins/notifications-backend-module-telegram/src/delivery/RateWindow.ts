/** So many in so much time. */
export interface RateLimit {
  count: number;
  ms: number;
}

/**
 * Keeps to a limit as the other side counts it. What begins counts until `ms`
 * after its end: nobody knows when in between it arrived. So no window of `ms`
 * sees more than `count`, however slow the way is.
 */
export class RateWindow {
  readonly #limit: RateLimit;
  #running = 0;
  /** When what counts still has ended, oldest first. */
  #ended: number[] = [];

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  begin(): void {
    this.#running++;
  }

  end(now: number): void {
    this.#running--;
    this.#ended.push(now);
  }

  /** In how many milliseconds the next may begin; infinite while all that counts still runs. */
  waitMs(now: number): number {
    const { count, ms } = this.#limit;
    this.#ended = this.#ended.filter(end => end + ms > now);
    const tooMany = this.#running + this.#ended.length - count;
    if (tooMany < 0) {
      return 0;
    }
    const gate = this.#ended[tooMany];
    return gate === undefined ? Infinity : gate + ms - now;
  }

  /** Whether nothing counts any more. */
  isIdle(now: number): boolean {
    return (
      this.#running === 0 &&
      this.#ended.every(end => end + this.#limit.ms <= now)
    );
  }
}
