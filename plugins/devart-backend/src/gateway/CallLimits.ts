import { RateLimiter } from '../access/RateLimiter';
import { GatewayError } from './GatewayError';

function tooMany(message: string, code: string, seconds: number): GatewayError {
  return new GatewayError(message, {
    status: 429,
    type: 'rate_limit_error',
    code,
    retryAfterSeconds: seconds,
  });
}

/** How much one key may call in this process. Replicas count apart. */
export class CallLimits {
  readonly #concurrent: number;
  readonly #rate: RateLimiter;
  readonly #running = new Map<string, number>();

  constructor(options: {
    concurrentPerKey: number;
    callsPerMinutePerKey: number;
  }) {
    this.#concurrent = options.concurrentPerKey;
    this.#rate = new RateLimiter({ perMinute: options.callsPerMinutePerKey });
  }

  /**
   * Lets a call begin.
   *
   * @returns what ends it
   * @throws GatewayError when there are too many.
   */
  begin(keyId: string): () => void {
    const running = this.#running.get(keyId) ?? 0;
    if (running >= this.#concurrent) {
      throw tooMany(
        `This key has ${running} calls under way, as many as it may`,
        'too_many_concurrent',
        1,
      );
    }
    const answer = this.#rate.take(keyId);
    if (!answer.allowed) {
      throw tooMany(
        `Too many calls with this key; try again in ${answer.retryAfterSeconds} s`,
        'rate_limited',
        answer.retryAfterSeconds,
      );
    }
    this.#running.set(keyId, running + 1);
    let isOver = false;
    return () => {
      if (isOver) {
        return;
      }
      isOver = true;
      const left = this.#running.get(keyId)! - 1;
      if (left > 0) {
        this.#running.set(keyId, left);
      } else {
        this.#running.delete(keyId);
      }
    };
  }
}
