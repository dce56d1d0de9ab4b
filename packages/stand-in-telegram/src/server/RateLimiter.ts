import { Refusal } from './Refusal';

/** So many messages in so much time. */
export interface RateLimit {
  messages: number;
  ms: number;
}

/** How much a bot may send. */
export interface RateLimits {
  inAll: RateLimit;
  inChat: RateLimit;
  /** In a group or a channel, besides `inChat`. */
  inGroup: RateLimit;
}

/** What Telegram's FAQ asks bots to keep to, without the bursts that it tolerates. */
export const TELEGRAM_LIMITS: RateLimits = {
  inAll: { messages: 30, ms: 1000 },
  inChat: { messages: 1, ms: 1000 },
  inGroup: { messages: 20, ms: 60_000 },
};

/** Refuses messages beyond the limits. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #taken = new Map<string, number[]>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** @throws Refusal with 429 and the time after which there is room again */
  take(chat: { id: number; isGroup: boolean }, at: number): void {
    const rules: Array<[string, RateLimit]> = [
      ['all', this.#limits.inAll],
      [`chat ${chat.id}`, this.#limits.inChat],
    ];
    if (chat.isGroup) {
      rules.push([`group ${chat.id}`, this.#limits.inGroup]);
    }
    for (const [key, { messages, ms }] of rules) {
      const recent = (this.#taken.get(key) ?? []).filter(t => t > at - ms);
      this.#taken.set(key, recent);
      if (recent.length >= messages) {
        const seconds = Math.ceil((recent.at(-messages)! + ms - at) / 1000);
        throw new Refusal(429, `Too Many Requests: retry after ${seconds}`, {
          retry_after: seconds,
        });
      }
    }
    for (const [key] of rules) {
      this.#taken.get(key)!.push(at);
    }
  }
}
