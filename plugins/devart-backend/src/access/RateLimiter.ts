/** An answer of {@link RateLimiter.take}. */
export type RateLimitAnswer =
  { allowed: true } | { allowed: false; retryAfterSeconds: number };

const MAX_BUCKETS = 50_000;

/**
 * Token buckets, one a key, in this process: `perMinute` calls a minute, a
 * sixth of them at once. Replicas count apart, so that n replicas allow n times
 * as much.
 */
export class RateLimiter {
  readonly #perMs: number;
  readonly #burst: number;
  /** In the order of last use: the first has rested longest. */
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { perMinute: number }) {
    this.#perMs = options.perMinute / 60_000;
    this.#burst = Math.max(1, Math.ceil(options.perMinute / 6));
  }

  /** Whether {@link RateLimiter.take} would be refused; takes nothing. */
  peek(key: string, now: number = Date.now()): RateLimitAnswer {
    const bucket = this.#buckets.get(key);
    const tokens = bucket ? this.#tokensOf(bucket, now) : this.#burst;
    return this.#answer(tokens);
  }

  /** Takes one call from the bucket of `key`, if it holds one. */
  take(key: string, now: number = Date.now()): RateLimitAnswer {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    const tokens = this.#tokensOf(bucket, now);
    this.#buckets.delete(key);
    if (this.#buckets.size >= MAX_BUCKETS) {
      this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    const answer = this.#answer(tokens);
    this.#buckets.set(key, {
      tokens: answer.allowed ? tokens - 1 : tokens,
      at: now,
    });
    return answer;
  }

  #tokensOf(bucket: { tokens: number; at: number }, now: number): number {
    return Math.min(
      this.#burst,
      bucket.tokens + Math.max(0, now - bucket.at) * this.#perMs,
    );
  }

  #answer(tokens: number): RateLimitAnswer {
    return tokens >= 1
      ? { allowed: true }
      : {
          allowed: false,
          retryAfterSeconds: Math.ceil((1 - tokens) / this.#perMs / 1000),
        };
  }
}
