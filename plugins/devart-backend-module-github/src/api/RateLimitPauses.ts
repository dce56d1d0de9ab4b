import { CodeHostUnavailableError } from '@devart/plugin-devart-node';

/**
 * Who must not ask GitHub for a while. GitHub counts what is asked for each
 * installation by itself, and blocks Apps that go on asking while they are
 * limited.
 */
export class RateLimitPauses {
  readonly #until = new Map<string, Date>();

  /** @throws CodeHostUnavailableError while `who` must wait. */
  assertOver(who: string): void {
    const until = this.#until.get(who);
    if (!until) {
      return;
    }
    if (until.getTime() > Date.now()) {
      throw new CodeHostUnavailableError(
        'GitHub was not asked: it limits how much is asked, and its time to wait is not over',
        { retryAt: until },
      );
    }
    this.#until.delete(who);
  }

  /** Keeps the time when an error names one. */
  heed(who: string, error: unknown): void {
    if (error instanceof CodeHostUnavailableError && error.retryAt) {
      this.#until.set(who, error.retryAt);
    }
  }
}
