import type { LoggerService } from '@backstage/backend-plugin-api';

/** What is wrong with catalog files, round by round: each complaint is logged once until it is settled. */
export class Complaints {
  readonly #logger: LoggerService;
  #before: ReadonlySet<string> = new Set();
  #now = new Set<string>();

  constructor(logger: LoggerService) {
    this.#logger = logger;
  }

  add(complaint: string): void {
    this.#now.add(complaint);
  }

  /** Ends a round: logs what was not wrong in the round before. */
  tell(): void {
    for (const complaint of this.#now) {
      if (!this.#before.has(complaint)) {
        this.#logger.warn(complaint);
      }
    }
    this.#before = this.#now;
    this.#now = new Set();
  }
}
